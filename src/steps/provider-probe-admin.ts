import { z } from 'zod';
import { defineStep } from './contract.ts';
import { keyRef } from './fields.ts';
import { atProvider, foreseen, foreseenName, foreseenRow } from './forecast.ts';
import { currentKey, providerOf } from './look-up.ts';

export const providerProbeAdmin = defineStep({
  uses: 'provider.probe_admin',
  summary: 'Looks whether the admin access that a replacement needs is there and alive.',
  with: z.strictObject({ key: keyRef.describe('The key whose provider is asked.') }),
  outputs: z.strictObject({
    available: z.boolean(),
    how: z.string().describe('What was asked and what came back.'),
  }),
  effect: 'reads',
  repeat: 'safe',
  undo: { kind: 'nothing', why: 'It only looks.' },
  timeoutMs: 30_000,
  rehearsal: 'real',
  forecast: async (input, context) => {
    const key = await foreseenRow(input.key, context);
    return foreseen({ calls: [atProvider(key, `ask whether ${foreseenName(input.key)} can be replaced there`)] });
  },
  perform: async (input, context) => {
    const key = await currentKey(context, input.key);
    const { available, how } = await providerOf(context, key).probeAdmin(context.signal);
    return { kind: 'done', outputs: { available, how }, events: [] };
  },
});
