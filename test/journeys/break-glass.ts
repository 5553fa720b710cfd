import { expect } from 'vitest';
import type { Journey } from './journey.ts';
import { PAYMENTS } from './payments.ts';

/** Nobody answers, so one person decides alone, with a reason; everybody else hears of it, and somebody looks at it afterwards. */
export const breakGlass: Journey = {
  name: 'break-glass and its review',
  setting: {
    ledger: {
      keys: [PAYMENTS],
    },
  },
  play: async ({ alice, bob }, stage) => {
    const old = stage.materialOf('payments-prod');
    await alice.goes('#incidents');
    await alice.types('/rotate-key payments-prod exploited because "a contractor uses it right now"');
    await alice.sees('Approval needed', 'payments-prod');
    await alice.opens('Review', 'Review', 'Approval needed');
    await alice.fills({ 'Your decision': 'Break the glass', Reason: 'Nobody answers, and data leaves now.' });
    await alice.sends();
    await expect.poll(() => stage.api.call(old), { timeout: 10_000 }).toBe(401);

    await bob.goes('messages');
    await bob.sees('Break-glass used', 'Alice', 'data leaves now');
    await bob.opens('Review', 'Review it', 'Break-glass used');
    await bob.fills({
      'Was it right not to wait?': 'Yes, it was justified',
      'What did you find?': 'The calls of the contractor ended a minute later.',
    });
    await bob.sends();
    await bob.sees('Break-glass reviewed', 'justified');
  },
};
