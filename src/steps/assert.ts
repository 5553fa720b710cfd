import { z } from 'zod';
import { defineStep } from './contract.ts';
import { condition, peopleText } from './fields.ts';

/** Goes on only where a condition holds. It is asked once: a clear no is never tried again. */
export const assert = defineStep({
  uses: 'assert',
  summary: 'Goes on only where a condition holds, and says what it looked at where it does not.',
  with: z.strictObject({
    that: condition.describe('A condition (CEL) on inputs and steps.'),
    message: peopleText.describe('What it means when it does not hold, and what to do.'),
  }),
  outputs: z.strictObject({ looked: z.string().describe('What it looked at, and what that was.') }),
  effect: 'reads',
  repeat: 'safe',
  undo: { kind: 'nothing', why: 'It only looks.' },
  timeoutMs: 15_000,
  retry: { attempts: 1, backoffMs: 3_000 },
  rehearsal: 'real',
  forecast: async ({ that }) => ({
    calls: [`goes on only if ${that ?? 'its condition holds'}`],
    people: [],
    notices: [],
    enforcementDelayMs: null,
  }),
  perform: async ({ message }, context) => {
    const { text, holds, looked } = context.decide('that', {});
    if (holds) return { kind: 'done', outputs: { looked }, events: [] };
    return { kind: 'failed', error: `${message} (${text} does not hold: ${looked}.)`, events: [] };
  },
});
