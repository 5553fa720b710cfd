import { z } from 'zod';
import type { LedgerEvent } from '../domain/event.ts';
import { SecretId } from '../domain/ids.ts';
import type { SealedSecret } from '../domain/incident.ts';
import type { Key } from '../domain/key.ts';
import { defineStep, type StepContext } from './contract.ts';
import { keyRef, secretRef } from './fields.ts';
import { foreseen, foreseenName, foreseenRow } from './forecast.ts';
import { currentKey, providerOf, sinkOf } from './look-up.ts';

/**
 * Keeps the failed key material for audit, sealed, and stops issuing anything new with the key. Whatever is at the key's registered place
 * is kept, also when it is not this key: that is what undo puts back, and that a caller held something else is itself a finding.
 *
 * The sealed copy stays as long as the key's row: 400 days after the key is dead (design/keys.md, retention).
 */
export const keyQuarantine = defineStep({
  uses: 'key.quarantine',
  summary: 'Seals the failed key material as evidence and stops issuing anything with the key.',
  with: z.strictObject({ key: keyRef.describe('The key that failed.') }),
  outputs: z.strictObject({
    material: secretRef
      .nullable()
      .describe('The sealed evidence; null when there was nothing at the registered place.'),
  }),
  effect: 'writes',
  repeat: 'safe',
  undo: { kind: 'nothing', why: 'Containment stays until a person lifts it.' },
  timeoutMs: 30_000,
  rehearsal: 'real',
  forecast: async (input, context) => {
    const key = await foreseenRow(input.key, context);
    const name = foreseenName(input.key);
    if (key !== null && key.quarantinedAt !== null)
      return foreseen({ calls: [`ledger: ${name} is quarantined already, its sealed copy stays`] });
    const { delivery } = key ?? { delivery: null };
    const sealed = delivery === null ? [] : [`${delivery.sink}: seal what is at ${delivery.target} as evidence`];
    return foreseen({ calls: [...sealed, `ledger: quarantine ${name}, nothing is issued with it any more`] });
  },
  perform: async (input, context) => {
    const key = await currentKey(context, input.key);
    const kept = await keptBefore(key, context);
    if (kept !== undefined) return { kind: 'done', outputs: { material: kept }, events: containment(key, context) };
    const { sealed, material } = await sealWhatIsThere(key, context);
    const events: LedgerEvent[] = [
      ...(sealed === null ? [] : [{ type: 'secret_sealed', secret: sealed } as const]),
      { type: 'key_quarantined', key: key.id, material },
      ...containment(key, context),
    ];
    return { kind: 'done', outputs: { material: sealed === null ? null : { secret: sealed.id } }, events };
  },
});

/** The handle of an earlier quarantine of this key; undefined when there was none. */
async function keptBefore(key: Key, context: StepContext): Promise<{ secret: string } | null | undefined> {
  if (key.quarantinedAt === null) return undefined;
  const sealed = (await context.ledger.secretsOfKey(key.id)).find((one) => one.purpose === 'evidence');
  return sealed === undefined ? null : { secret: sealed.id };
}

async function sealWhatIsThere(
  key: Key,
  context: StepContext,
): Promise<{ sealed: SealedSecret | null; material: 'sealed' | 'absent' | 'different' }> {
  if (key.delivery === null) return { sealed: null, material: 'absent' };
  const { sink, delivery } = sinkOf(context, key);
  const there = await sink.read(delivery.target);
  if (there === null) return { sealed: null, material: 'absent' };
  const id = SecretId.parse(context.newId('sec'));
  const sealed = context.vault.seal(there, { id, key: key.id, purpose: 'evidence', now: context.now() });
  return { sealed, material: providerOf(context, key).matches(key, there) ? 'sealed' : 'different' };
}

// A quarantined key that still works for whoever has it is not contained; then key.revoke is what contains.
function containment(key: Key, context: StepContext): LedgerEvent[] {
  const { incident, now } = context;
  const over = key.state === 'expired' || key.state === 'revoked' || (key.expiresAt !== null && key.expiresAt <= now());
  if (incident === null || incident.containedAt !== null || !over) return [];
  return [{ type: 'incident_contained', incident: incident.id }];
}
