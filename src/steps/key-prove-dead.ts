import { z } from 'zod';
import { spanText } from '../domain/duration.ts';
import type { LedgerEvent } from '../domain/event.ts';
import { SecretId } from '../domain/ids.ts';
import { type Key, nameOf } from '../domain/key.ts';
import { PermanentFailure } from '../errors.ts';
import type { Probe } from '../providers/contract.ts';
import type { Secret } from '../secret.ts';
import { defineStep, type StepContext, type StepResult } from './contract.ts';
import { keyRef, secretRef } from './fields.ts';
import { foreseen, foreseenDelay, foreseenName, foreseenProbe, foreseenRow } from './forecast.ts';
import { expiryOf } from './key-classify.ts';
import { currentKey, providerOf, sealedSecret } from './look-up.ts';
import { recovery } from './recovery.ts';

const EVERY_MS = 10_000;
const PATIENCE_MS = 120_000;

const With = z.strictObject({
  key: keyRef.describe('The key that must not work any more.'),
  secret: secretRef
    .nullable()
    .describe(
      'Its material as key.quarantine sealed it; null: what was kept of it at the delivery, or is still at its registered place.',
    ),
});

/**
 * Probes every 10 s until the old key is rejected, and fails loudly when it is still accepted after the provider's enforcement delay and
 * two minutes more (design/keys.md). What is sealed of it stays here: secret.destroy looks after it.
 *
 * Without the material nothing may be able to try the key. That is no proof and no failure either: the step ends with `proved: false`
 * and nothing on record, so that the runbook asks a person who can show it (`ask` with `settles: death`); until then the incident stays open.
 */
export const keyProveDead = defineStep({
  uses: 'key.prove_dead',
  summary: 'Tries the old key until it is rejected; fails when it still works after the longest time that may take.',
  with: With,
  outputs: z.strictObject({
    how: z.string().describe('The last probe: what was asked and what came back.'),
    proved: z
      .boolean()
      .describe('true: it was seen rejected; false: its material is not at hand, so nothing could try it.'),
  }),
  effect: 'reads',
  repeat: 'safe',
  undo: { kind: 'nothing', why: 'It only looks.' },
  timeoutMs: 30_000,
  rehearsal: 'real',
  forecast: async (input, context) => {
    const key = await foreseenRow(input.key, context);
    const most = spanText((foreseenDelay(key, context) ?? 0) + PATIENCE_MS);
    const what = `try ${foreseenName(input.key)} every ${EVERY_MS / 1_000} s until it is refused, at most ${most}`;
    return foreseen(foreseenProbe(key, what));
  },
  perform: async (input, context) => probeOnce(input, context),
  resume: async (input, context) => probeOnce(input, context),
});

async function probeOnce(input: z.output<typeof With>, context: StepContext): Promise<StepResult> {
  const key = await currentKey(context, input.key);
  const expired = expiryOf(key, context);
  assertOver(key, expired);
  const material = await materialOf(key, input.secret?.secret ?? null, context);
  const probe = await providerOf(context, key).probe(key, material, context.signal);
  if (probe.verdict !== 'rejected') return notYet(key, probe, { context, expired, material });
  const events: LedgerEvent[] = [
    ...expired,
    { type: 'key_proved_dead', key: key.id, how: probe.how },
    ...(await recovery({ ...key, provedDeadAt: context.now() }, context)),
  ];
  return { kind: 'done', outputs: { how: probe.how, proved: true }, events };
}

function assertOver(key: Key, expired: readonly LedgerEvent[]): void {
  if (key.state === 'revoked' || key.state === 'expired' || expired.length > 0) return;
  throw new PermanentFailure(
    `${nameOf(key)} is ${key.state} and meant to work; revoke it before proving that it is dead.`,
  );
}

/** Null when nothing at hand is this key's material: probing with something else proves nothing. */
async function materialOf(key: Key, handle: string | null, context: StepContext): Promise<Secret | null> {
  const kept =
    handle === null ? await context.ledger.secretsOfKey(key.id) : [await sealedSecret(context, SecretId.parse(handle))];
  const isIts = (material: Secret) => providerOf(context, key).matches(key, material);
  for (const sealed of kept) {
    if (handle === null && (sealed.purpose !== 'evidence' || sealed.envelope === null)) continue;
    const material = context.vault.open(sealed);
    if (isIts(material)) return material;
  }
  const there = handle === null ? await atItsPlace(key, context) : null;
  return there !== null && isIts(there) ? there : null;
}

// A key that is revoked before it is replaced is still where its caller reads it.
async function atItsPlace({ delivery }: Key, { sinks }: StepContext): Promise<Secret | null> {
  // A place that Rekey can no longer reach is one where nothing is at hand.
  const sink = delivery === null ? undefined : sinks[delivery.sink];
  return sink === undefined || delivery === null ? null : sink.read(delivery.target);
}

function notYet(
  key: Key,
  probe: Probe,
  { context, expired, material }: { context: StepContext; expired: LedgerEvent[]; material: Secret | null },
): StepResult {
  const now = context.now().getTime();
  const since = startMs(key, context);
  const patienceMs = providerOf(context, key).capabilities.enforcementDelayMs + PATIENCE_MS;
  if (now - since < patienceMs) {
    const until = new Date(Math.min(now + EVERY_MS, since + patienceMs));
    return { kind: 'wait', waiting: { kind: 'time', until }, events: expired };
  }
  if (material === null && probe.verdict === 'unreachable')
    return { kind: 'done', outputs: { how: probe.how, proved: false }, events: expired };
  const error =
    probe.verdict === 'accepted'
      ? `${nameOf(key)} STILL WORKS ${spanText(now - since)} after its end: ${probe.how}. Treat it as live and block it at the provider by hand.`
      : `Nothing could say within ${spanText(now - since)} whether ${nameOf(key)} is rejected: ${probe.how}. Check the provider, then retry this step.`;
  return { kind: 'failed', error, events: expired };
}

// From the end of the key, but never from before this step began to look: a late start deserves its patience too.
function startMs(key: Key, { step }: StepContext): number {
  const began = step.startedAt.getTime();
  return Math.max((key.revokedAt ?? key.expiresAt)?.getTime() ?? began, began);
}
