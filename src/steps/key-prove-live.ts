import { z } from 'zod';
import type { LedgerEvent } from '../domain/event.ts';
import { SecretId } from '../domain/ids.ts';
import type { SealedSecret } from '../domain/incident.ts';
import { type Key, nameOf } from '../domain/key.ts';
import { OutsideTrouble } from '../error-class.ts';
import { PermanentFailure } from '../errors.ts';
import type { Secret } from '../secret.ts';
import { defineStep, type StepContext } from './contract.ts';
import { keyRef, secretRef } from './fields.ts';
import { foreseen, foreseenName, foreseenProbe, foreseenRow } from './forecast.ts';
import { isHandedOver } from './handed-over.ts';
import { currentKey, providerOf, sealedSecret, sinkOf } from './look-up.ts';
import { recovery } from './recovery.ts';

const With = z.strictObject({
  key: keyRef.describe('The new key.'),
  secret: secretRef.describe('Its sealed material, as key.create made it.'),
  times: z.int().min(1).max(10).default(3).describe('How many probes in a row have to be accepted.'),
});

/**
 * Proves by real calls that the new key works, before anything happens to the old one. Afterwards the sealed copy is destroyed: the
 * recipient has the material, and nobody else needs it. A second proof reads what the recipient has.
 */
export const keyProveLive = defineStep({
  uses: 'key.prove_live',
  summary: 'Calls with the new key until it was accepted several times in a row.',
  with: With,
  outputs: z.strictObject({
    how: z.string().describe('The last probe: what was asked and what came back.'),
    probes: z.int().describe('How many probes were accepted.'),
  }),
  effect: 'reads',
  repeat: 'safe',
  undo: { kind: 'nothing', why: 'It only looks.' },
  timeoutMs: 60_000,
  rehearsal: 'real',
  forecast: async (input, context) => {
    const key = await foreseenRow(input.key, context);
    const { calls } = foreseenProbe(
      key,
      `try ${foreseenName(input.key)} ${input.times ?? 3} times; each has to be accepted`,
    );
    return foreseen({ calls: [...calls, `ledger: destroy the sealed copy of ${foreseenName(input.key)}`] });
  },
  perform: async (input, context) => {
    const key = await currentKey(context, input.key);
    const sealed = await sealedSecret(context, SecretId.parse(input.secret.secret));
    const how = await probeOften(key, await materialOf(key, sealed, context), { times: input.times, context });
    const events: LedgerEvent[] = [
      { type: 'key_proved_live', key: key.id, probes: input.times, how },
      ...(await copyNoLongerNeeded(key, sealed, context)),
      ...(await recovery({ ...key, provedLiveAt: context.now() }, context)),
    ];
    return { kind: 'done', outputs: { how, probes: input.times }, events };
  },
});

async function probeOften(
  key: Key,
  material: Secret,
  { times, context }: { times: number; context: StepContext },
): Promise<string> {
  const provider = providerOf(context, key);
  let how = '';
  for (let nth = 1; nth <= times; nth++) {
    const probe = await provider.probe(key, material, context.signal);
    // Retried by the engine: a new key may need a moment until every verifier knows it.
    if (probe.verdict !== 'accepted')
      throw new OutsideTrouble(
        probe.verdict === 'rejected' ? 'refused' : 'network',
        `${nameOf(key)} was ${probe.verdict} in probe ${nth} of ${times}: ${probe.how}.`,
      );
    how = probe.how;
  }
  return how;
}

async function materialOf(key: Key, sealed: SealedSecret, context: StepContext): Promise<Secret> {
  if (sealed.key !== key.id)
    throw new PermanentFailure(
      `The sealed secret ${sealed.id} is not the material of ${nameOf(key)}; nothing was probed.`,
    );
  if (sealed.envelope !== null) return context.vault.open(sealed);
  const { sink, delivery } = sinkOf(context, key);
  const there = await sink.read(delivery.target);
  if (there !== null && providerOf(context, key).matches(key, there)) return there;
  throw new PermanentFailure(
    `The sealed copy of ${nameOf(key)} is destroyed and ${delivery.sink} ${delivery.target} does not hold it; mint a new one.`,
  );
}

// Only once the recipient was seen to have it: before the delivery the sealed copy is the only one.
async function copyNoLongerNeeded(key: Key, sealed: SealedSecret, context: StepContext): Promise<LedgerEvent[]> {
  if (sealed.destroyedAt !== null || !(await isHandedOver(key, context))) return [];
  return [{ type: 'secret_destroyed', secret: sealed.id }];
}
