import type { Canary } from '../domain/canary.ts';
import type { LedgerEvent } from '../domain/event.ts';
import { SecretId, StepId } from '../domain/ids.ts';
import { type Key, nameOf } from '../domain/key.ts';
import { PermanentFailure } from '../errors.ts';
import type { Secret } from '../secret.ts';
import type { CanaryInput, CanaryMember } from './canary-input.ts';
import type { StepContext, StepResult } from './contract.ts';
import { providerOf, sealedSecret, sinkNamed } from './look-up.ts';

/** Everything is looked at and what is there is sealed, before the first place is touched. */
export async function beginCanary(input: CanaryInput, key: Key, context: StepContext): Promise<StepResult> {
  await material(key, SecretId.parse(input.secret.secret), context);
  assertApart(input.cohort);
  await assertWatchable(input, context);
  const members: Canary['members'] = [];
  const events: LedgerEvent[] = [];
  for (const member of input.cohort) {
    const there = await whatIsThere(member, key, context);
    const sealed = there === null ? null : seal(there, key, context);
    if (sealed !== null) events.push({ type: 'secret_sealed', secret: sealed });
    members.push({ name: member.name, sink: member.sink, target: member.target, previous: sealed?.id ?? null });
  }
  events.push({ type: 'canary_began', canary: begun(key, members, context) });
  return { kind: 'wait', waiting: { kind: 'time', until: context.now() }, events };
}

/** Safe to do again: a place that has the new key already keeps it. */
export async function deliverCanary(
  canary: Canary,
  { key, secret, everyMs }: { key: Key; secret: SecretId; everyMs: number },
  context: StepContext,
): Promise<StepResult> {
  const fresh = await material(key, secret, context);
  const provider = providerOf(context, key);
  const events: LedgerEvent[] = [];
  for (const { name, sink, target, previous } of canary.members) {
    const to = sinkNamed(context, sink);
    const there = await to.read(target);
    if (there === null || !provider.matches(key, there)) {
      const before = previous === null ? null : context.vault.open(await sealedSecret(context, previous));
      if (there?.reveal() !== before?.reveal())
        throw new PermanentFailure(
          `${name} (${sink} ${target}) holds another value than when the canary began; somebody else writes there. Nothing was delivered to it.`,
        );
      await to.deliver(target, fresh, context.signal);
    }
    events.push({ type: 'secret_delivered', secret, key: key.id, sink, target });
  }
  if (key.state === 'pending') events.push({ type: 'key_activated', key: key.id });
  events.push({ type: 'canary_delivered', canary: canary.id, key: key.id });
  const until = new Date(context.now().getTime() + everyMs);
  return { kind: 'wait', waiting: { kind: 'time', until }, events };
}

async function material(key: Key, id: SecretId, context: StepContext): Promise<Secret> {
  const sealed = await sealedSecret(context, id);
  if (sealed.key !== key.id || sealed.purpose !== 'new_key')
    throw new PermanentFailure(`The sealed secret ${id} is not the material of ${nameOf(key)}; nothing was delivered.`);
  if (sealed.envelope === null)
    throw new PermanentFailure(
      `The sealed copy of ${nameOf(key)} is destroyed, so there is nothing to deliver. Put the canary before key.prove_live.`,
    );
  return context.vault.open(sealed);
}

function assertApart(cohort: readonly CanaryMember[]): void {
  for (const field of ['name', 'target'] as const) {
    const all = cohort.map((member) => (field === 'target' ? `${member.sink} ${member.target}` : member.name));
    const twice = all.find((one, index) => all.indexOf(one) !== index);
    if (twice !== undefined) throw new PermanentFailure(`Two members of the canary have the ${field} ${twice}.`);
  }
}

// A health check that cannot be made at all would look like a bad key; it is found before anybody gets one.
async function assertWatchable({ cohort, watch }: CanaryInput, context: StepContext): Promise<void> {
  for (const { name, connection, caller } of cohort) {
    if (watch.http !== undefined) {
      if (connection === undefined)
        throw new PermanentFailure(
          `watch.http asks ${name} over its connection, and it has none. Write \`connection:\`.`,
        );
      (await context.connection(connection)).urlOf({ method: 'GET', path: watch.http.path });
    }
    if (watch.calls !== undefined && caller === undefined)
      throw new PermanentFailure(`watch.calls counts the calls of ${name}, and it names no caller. Write \`caller:\`.`);
  }
}

async function whatIsThere(
  { name, sink, target }: CanaryMember,
  key: Key,
  context: StepContext,
): Promise<Secret | null> {
  const place = sinkNamed(context, sink);
  await place.check(target);
  const there = await place.read(target);
  if (there === null || !providerOf(context, key).matches(key, there)) return there;
  throw new PermanentFailure(
    `${name} (${sink} ${target}) holds ${nameOf(key)} already, so what it had before is not known and could not be put back.`,
  );
}

function seal(there: Secret, key: Key, { vault, newId, now }: StepContext) {
  const id = SecretId.parse(newId('sec'));
  return vault.seal(there, { id, key: key.predecessor ?? key.id, purpose: 'evidence', now: now() });
}

function begun(key: Key, members: Canary['members'], { run, step, now }: StepContext): Canary {
  return {
    id: step.token,
    run: run.id,
    step: StepId.parse(step.id),
    key: key.id,
    members,
    beganAt: now(),
    deliveredAt: null,
    rounds: 0,
    probes: 0,
    failures: 0,
    missed: null,
    endedAt: null,
    outcome: null,
  };
}
