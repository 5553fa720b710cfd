import { expect } from 'vitest';
import type { Journey } from './journey.ts';
import { PAYMENTS } from './payments.ts';

/** Somebody says in a channel what happened; the on-call starts from that message, without typing a command. */
export const leak: Journey = {
  name: 'a leak from a message',
  setting: {
    ledger: {
      keys: [PAYMENTS],
    },
  },
  play: async ({ alice, bob, dave }, stage) => {
    const old = stage.materialOf('payments-prod');
    await dave.goes('#general');
    await dave.types('I pushed the key of payments-prod to a public gist, sorry');
    await alice.goes('#general');
    await alice.picks('A key leaked here', 'to a public gist');
    await alice.getsForm('A key leaked');
    await alice.fills({ 'How bad is it?': 'Exploited', 'What did you see?': 'The gist is public since this morning.' });
    await alice.sends();

    await bob.goes('#incidents');
    await bob.sees('payments-prod', 'not contained yet');
    await bob.opens('Review', 'Review', 'Approval needed');
    await bob.fills({ 'Your decision': 'Approve', Reason: 'I see it too.' });
    await bob.sends();
    await expect.poll(() => stage.api.call(old), { timeout: 10_000 }).toBe(401);
    await alice.goes('#incidents');
    await alice.sees('Recovered: payments-prod');
  },
};
