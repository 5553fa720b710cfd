import { z } from 'zod';
import { classify } from '../domain/classify.ts';
import type { LedgerEvent } from '../domain/event.ts';
import { type Key, KeyClass } from '../domain/key.ts';
import { defineStep, type StepContext } from './contract.ts';
import { keyRef } from './fields.ts';
import { foreseen, foreseenName, foreseenRow } from './forecast.ts';
import { currentKey } from './look-up.ts';

export const keyClassify = defineStep({
  uses: 'key.classify',
  summary: 'Says which class of key is affected, with the evidence, and records that it has expired.',
  with: z.strictObject({ key: keyRef.describe('The key that failed.') }),
  outputs: z.strictObject({
    class: KeyClass,
    why: z.string(),
    evidence: z.array(z.string()).describe('What the ledger and the alerts say, one sentence each.'),
  }),
  effect: 'reads',
  repeat: 'safe',
  undo: { kind: 'nothing', why: 'It only looks.' },
  timeoutMs: 15_000,
  rehearsal: 'real',
  forecast: async (input, context) => {
    const key = await foreseenRow(input.key, context);
    const name = foreseenName(input.key);
    if (key === null) return foreseen({ calls: [`ledger: say which class ${name} is of`] });
    const { keyClass, why, evidence } = classify(key, [], context.now());
    const ended = expiryOf(key, context).length > 0 ? [`ledger: record that ${name} has expired`] : [];
    // Alerts that come with the incident add evidence and change why; the registered class decides.
    const outputs = { class: keyClass, why, evidence };
    return foreseen({ calls: [`ledger: class of ${name} is ${keyClass}`, ...ended], outputs });
  },
  perform: async (input, context) => {
    const { run, ledger } = context;
    const key = await currentKey(context, input.key);
    const alerts = run.incident === null ? [] : await ledger.alertsOfIncident(run.incident);
    const { keyClass, why, evidence } = classify(key, alerts, context.now());
    const events: LedgerEvent[] = [
      ...expiryOf(key, context),
      ...(run.incident === null
        ? []
        : [{ type: 'incident_classified', incident: run.incident, keyClass, why } as const]),
    ];
    return { kind: 'done', outputs: { class: keyClass, why, evidence }, events };
  },
});

/** The ledger may be the last to notice that a key's time is over. */
export function expiryOf(key: Key, context: Pick<StepContext, 'now'>): LedgerEvent[] {
  const over = key.expiresAt !== null && key.expiresAt.getTime() <= context.now().getTime();
  return over && key.state !== 'expired' && key.state !== 'revoked' ? [{ type: 'key_expired', key: key.id }] : [];
}
