import type { Canary } from '../domain/canary.ts';
import type { LedgerEvent } from '../domain/event.ts';
import { type Key, nameOf } from '../domain/key.ts';
import type { JsonObject } from '../domain/run.ts';
import { PermanentFailure } from '../errors.ts';
import type { Secret } from '../secret.ts';
import { canaryInput } from './canary-input.ts';
import type { StepContext, StepResult } from './contract.ts';
import { assertWorthTakingBack } from './keep-replacement.ts';
import { currentKey, providerOf, sealedSecret, sinkNamed } from './look-up.ts';

type Member = Canary['members'][number];

/** The threshold was missed: the cohort gets back what it had, and nobody else has got anything. */
export async function returnCanary(
  canary: Canary,
  { key, why }: { key: Key; why: string },
  context: StepContext,
): Promise<StepResult> {
  const { back, byHand, events } = await putBack(canary, key, context);
  const kept = canary.members.filter((member) => !back.includes(member) && !byHand.includes(member));
  const said = [
    `The canary of ${nameOf(key)} missed its threshold: ${why}.`,
    ...(back.length === 0 ? [] : [`${named(back)} got the previous key back; nobody else had the new one.`]),
    ...(kept.length === 0 ? [] : [`${named(kept)} did not hold it any more and was left as it is.`]),
    ...(byHand.length === 0 ? [] : [byHandText(byHand)]),
  ].join(' ');
  const ended = { type: 'canary_ended', canary: canary.id, key: key.id, outcome: 'returned', why } as const;
  return { kind: 'failed', error: said, events: [...events, ended] };
}

/** Taking the step back: as above, for a canary that was well too. Changes nothing where the new key is not any more. */
export async function withdrawCanary(context: StepContext & { input: JsonObject }): Promise<LedgerEvent[]> {
  const canary = await context.ledger.canary(context.step.token);
  const input = canaryInput.safeParse(context.input);
  if (canary === null || !input.success) return [];
  const key = await currentKey(context, input.data.key);
  const ended =
    canary.endedAt === null
      ? [
          {
            type: 'canary_ended',
            canary: canary.id,
            key: key.id,
            outcome: 'returned',
            why: 'the run was taken back',
          } as const,
        ]
      : [];
  if (!(await anyHas(canary, key, context))) return ended;
  await assertWorthTakingBack(key, context);
  const lost = await withoutCopy(canary, key, context);
  // All or none: half a cohort on each version would be harder to mend than a whole one on the new key.
  if (lost.length > 0) throw new PermanentFailure(byHandText(lost));
  return [...(await putBack(canary, key, context)).events, ...ended];
}

async function putBack(
  canary: Canary,
  key: Key,
  context: StepContext,
): Promise<{ back: Member[]; byHand: Member[]; events: LedgerEvent[] }> {
  const byHand = await withoutCopy(canary, key, context);
  const back: Member[] = [];
  for (const member of canary.members) {
    if (byHand.includes(member)) continue;
    const isOurs = (there: Secret) => providerOf(context, key).matches(key, there);
    const previous = member.previous === null ? null : context.vault.open(await sealedSecret(context, member.previous));
    if (await sinkNamed(context, member.sink).restore(member.target, { previous, isOurs }, context.signal))
      back.push(member);
  }
  const [secret] = (await context.ledger.secretsOfKey(key.id)).filter((one) => one.purpose === 'new_key');
  const events = back.flatMap(({ sink, target }): LedgerEvent[] =>
    secret === undefined ? [] : [{ type: 'secret_withdrawn', secret: secret.id, key: key.id, sink, target }],
  );
  return { back, byHand, events };
}

/** Members that have the new key, and whose previous one was sealed and is destroyed meanwhile. */
async function withoutCopy({ members }: Canary, key: Key, context: StepContext): Promise<Member[]> {
  const lost: Member[] = [];
  for (const member of members) {
    if (member.previous === null || !(await has(member, key, context))) continue;
    if ((await sealedSecret(context, member.previous)).envelope === null) lost.push(member);
  }
  return lost;
}

async function anyHas({ members }: Canary, key: Key, context: StepContext): Promise<boolean> {
  for (const member of members) if (await has(member, key, context)) return true;
  return false;
}

async function has({ sink, target }: Member, key: Key, context: StepContext): Promise<boolean> {
  const there = await sinkNamed(context, sink).read(target);
  return there !== null && providerOf(context, key).matches(key, there);
}

function byHandText(members: readonly Member[]): string {
  const places = members.map(({ name, sink, target }) => `${name} (${sink} ${target})`).join(', ');
  return `No sealed copy is left of what was there before: put the previous key back by hand at ${places}.`;
}

function named(members: readonly Member[]): string {
  return members.map((member) => member.name).join(', ');
}
