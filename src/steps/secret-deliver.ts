import { z } from 'zod';
import type { LedgerEvent } from '../domain/event.ts';
import { SecretId } from '../domain/ids.ts';
import type { SealedSecret } from '../domain/incident.ts';
import { type Key, nameOf } from '../domain/key.ts';
import { PermanentFailure } from '../errors.ts';
import type { Secret } from '../secret.ts';
import { defineStep, type Forecast, type ForecastContext, type StepContext, type StepResult } from './contract.ts';
import { keyRef, secretRef } from './fields.ts';
import { atProvider, foreseen, foreseenName, foreseenRow } from './forecast.ts';
import { isInPlace } from './handed-over.ts';
import { assertWorthTakingBack } from './keep-replacement.ts';
import { currentKey, providerOf, sealedSecret, sinkOf } from './look-up.ts';
import { foreseenClaimers, lookAtOffer, type Offered, offer, recipient } from './secret-offer.ts';

const With = z.strictObject({
  secret: secretRef.describe('The sealed material, as key.create made it.'),
  key: keyRef.describe('The key that this material belongs to.'),
  to: z
    .enum(['owner', 'claim'])
    .describe(
      'owner: the place that is registered for this key, from which its caller reads; claim: an offer to `recipient`, who takes it once.',
    ),
  recipient: recipient.optional(),
});

/**
 * Puts the new material where the caller reads it, unseen by any person. What was there before is kept sealed first, and on record before
 * anything is overwritten: a crash in between must not cost the caller its only copy. Undo puts it back. A key without such a place is
 * offered to its recipient instead (secret-offer.ts).
 */
export const secretDeliver = defineStep({
  uses: 'secret.deliver',
  summary:
    'Delivers a sealed secret to the place that its caller reads from, or to who claims it, and activates the key.',
  with: With,
  outputs: z.strictObject({
    sink: z.string().describe('The sink; `claim` when its recipient took it.'),
    target: z.string().describe('The place; the recipient of a claim.'),
  }),
  effect: 'writes',
  repeat: 'probe',
  undo: {
    kind: 'undo',
    summary: 'Puts back what was there before, unless the new key works and the old one cannot be used any more.',
    undo: async (undoing) => {
      const input = With.safeParse(undoing.input);
      // Whose own references could not be resolved delivered nothing. What was claimed dies with the key, which key.create takes back.
      return input.success && input.data.to === 'owner' ? withdraw(input.data, undoing) : [];
    },
  },
  timeoutMs: 60_000,
  rehearsal: 'real',
  forecast: async (input, context) => deliveryForecast(input, context),
  perform: async (input, context) =>
    input.to === 'claim' ? offer(await offered(input, context), context) : keepThenDeliver(input, keptLast, context),
  resume: async (input, context) =>
    input.to === 'claim' ? lookAtOffer(await offered(input, context), context) : keepThenDeliver(input, kept, context),
  probe: async (input, context) => {
    // An offer that is not on record was never made.
    if (input.to === 'claim') return 'did_not_happen';
    const { key, sealed } = await sealedFor(input, context);
    return (await isInPlace(key, context)) ? delivered(key, sealed) : 'did_not_happen';
  },
});

async function deliveryForecast(input: Partial<z.output<typeof With>>, context: ForecastContext): Promise<Forecast> {
  const key = await foreseenRow(input.key, context);
  const name = foreseenName(input.key);
  if (key === null) return foreseen({ calls: [`put the material of ${name} where its caller reads it`] });
  const activated = `ledger: activate ${name}`;
  if (input.to === 'claim') {
    const who = await foreseenClaimers(key, input.recipient ?? 'owner', context);
    return foreseen({
      calls: [`ledger: offer the material of ${name} to ${input.recipient ?? 'its recipient'}`, activated],
      people: [{ who, for: `taking the material of ${name}, once` }],
      notices: who.map((person) => `person:${person}`),
    });
  }
  const { delivery } = sinkOf(context, key);
  return foreseen({
    calls: [
      `${delivery.sink}: keep what is at ${delivery.target} sealed, then put ${name} there`,
      atProvider(key, `accept ${name} from then on`),
      activated,
    ],
  });
}

/** Waits for no time at all after sealing: only what an attempt returns is recorded, and the seal has to be before the effect. */
async function keepThenDeliver(
  input: z.output<typeof With>,
  already: typeof kept,
  context: StepContext,
): Promise<StepResult> {
  const { key, sealed } = await sealedFor(input, context);
  const { sink, delivery } = sinkOf(context, key);
  await sink.check(delivery.target);
  const there = await sink.read(delivery.target);
  const isKept = there === null || (await already(key, context)).some((one) => isSame(one, there, context));
  const events = isKept ? [] : keepPrevious(key, there, context);
  if (events.length > 0) return { kind: 'wait', waiting: { kind: 'time', until: context.now() }, events };
  await sink.deliver(delivery.target, context.vault.open(sealed), context.signal);
  return delivered(key, sealed);
}

function isSame(sealed: SealedSecret, there: Secret, { vault }: StepContext): boolean {
  return vault.open(sealed).reveal() === there.reveal();
}

async function sealedFor(
  input: z.output<typeof With>,
  context: StepContext,
): Promise<{ key: Key; sealed: SealedSecret }> {
  const key = await currentKey(context, input.key);
  const sealed = await sealedSecret(context, SecretId.parse(input.secret.secret));
  if (sealed.key === key.id && sealed.purpose === 'new_key') return { key, sealed };
  throw new PermanentFailure(
    `The sealed secret ${sealed.id} is not the material of ${nameOf(key)}; it was not delivered.`,
  );
}

async function offered(input: z.output<typeof With>, context: StepContext): Promise<Offered> {
  const { key, sealed } = await sealedFor(input, context);
  if (input.recipient !== undefined) return { key, sealed, recipient: input.recipient };
  throw new PermanentFailure(`${nameOf(key)} can be offered to nobody: name the recipient, such as person:carol.`);
}

// A runbook without key.quarantine, or an owner who has put another value in since, would otherwise lose the only copy.
function keepPrevious(key: Key, there: Secret, context: StepContext): LedgerEvent[] {
  if (key.predecessor === null || providerOf(context, key).matches(key, there)) return [];
  const id = SecretId.parse(context.newId('sec'));
  const secret = context.vault.seal(there, { id, key: key.predecessor, purpose: 'evidence', now: context.now() });
  return [{ type: 'secret_sealed', secret }];
}

function delivered(key: Key, sealed: SealedSecret): StepResult {
  if (key.delivery === null)
    throw new PermanentFailure(`${nameOf(key)} lost its delivery while it was being delivered.`);
  const { sink, target } = key.delivery;
  const events: LedgerEvent[] = [{ type: 'secret_delivered', secret: sealed.id, key: key.id, sink, target }];
  if (key.state === 'pending') events.push({ type: 'key_activated', key: key.id });
  return { kind: 'done', outputs: { sink, target }, events };
}

/** Everything that places of the old key held and that is still sealed, newest first: kept by key.quarantine or by this step. */
async function kept({ predecessor }: Key, { ledger }: StepContext): Promise<SealedSecret[]> {
  const sealed = predecessor === null ? [] : await ledger.secretsOfKey(predecessor);
  return sealed.filter((one) => one.purpose === 'evidence' && one.envelope !== null);
}

/** What was kept last is what undo puts back. By a clock that was set back, what was sealed a moment ago may not be that: see resume. */
async function keptLast(key: Key, context: StepContext): Promise<SealedSecret[]> {
  return (await kept(key, context)).slice(0, 1);
}

/** What to put back. A replacement that was taken back meanwhile, by an emergency that came in between, is of no use there. */
async function previousOf(key: Key, context: StepContext): Promise<SealedSecret | null> {
  const takenBack = (await context.ledger.versionsOf(key.slug)).filter(
    (one) => one.predecessor === key.predecessor && one.state === 'revoked',
  );
  const isDead = (one: SealedSecret) => {
    const material = context.vault.open(one);
    return takenBack.some((version) => providerOf(context, version).matches(version, material));
  };
  return (await kept(key, context)).find((one) => !isDead(one)) ?? null;
}

// Touches the place only while it holds the material that this step put there: a second undo, or one after a person has repaired it
// by hand, changes nothing. The sink looks again when it writes: an emergency may have delivered there after this has looked.
async function withdraw(input: z.output<typeof With>, context: StepContext): Promise<LedgerEvent[]> {
  const key = await currentKey(context, input.key);
  if (key.delivery === null || !(await isInPlace(key, context))) return [];
  await assertWorthTakingBack(key, context);
  const { sink, delivery } = sinkOf(context, key);
  const previous = await previousOf(key, context);
  const material = previous === null ? null : context.vault.open(previous);
  const isOurs = (there: Secret) => providerOf(context, key).matches(key, there);
  if (!(await sink.restore(delivery.target, { previous: material, isOurs }, context.signal))) return [];
  const secret = SecretId.parse(input.secret.secret);
  return [{ type: 'secret_withdrawn', secret, key: key.id, sink: delivery.sink, target: delivery.target }];
}
