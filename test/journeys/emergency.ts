import { expect } from 'vitest';
import type { Journey } from './journey.ts';
import { PAYMENTS } from './payments.ts';

/** At 03:00 the on-call types one line; security decides on a phone; the owner says that the caller has the new key. */
export const emergency: Journey = {
  name: 'an emergency by the on-call',
  setting: {
    ledger: {
      keys: [PAYMENTS],
      calls: [{ key: 'payments-prod', caller: 'payments-worker', at: '-5m', accepted: 40 }],
    },
  },
  play: async ({ alice, bob, carol }, stage) => {
    const old = stage.materialOf('payments-prod');
    await alice.goes('#general');
    await alice.types('/rotate-key payments-prod exploited because "token in a public gist"');
    await alice.sees('Started for payments-prod');

    await bob.goes('messages');
    await bob.sees('Approval needed', 'payments-prod');
    await bob.opens('Review', 'Review');
    await bob.fills({ 'Your decision': 'Approve', Reason: 'The gist is public; go.' });
    await bob.sends();

    await expect.poll(() => stage.api.call(old), { timeout: 10_000 }).toBe(401);
    await carol.goes('messages');
    await carol.sees('Are all callers of payments-prod on the new key');
    await carol.opens('Answer', 'Answer');
    await carol.fills({ 'Your answer': 'Yes', 'How do you know?': 'The worker logged that it read the new key file.' });
    await carol.sends();
    expect(await stage.api.call(stage.materialOf('payments-prod'))).toBe(200);

    await bob.sees('Who used payments-prod v1');
    await bob.opens('Form', 'Fill in');
    await bob.fills({
      'There were calls that nobody of ours made': 'No',
      'What happened to data': 'nothing',
      'Whether data integrity is at risk': 'No: every call came from our worker.',
    });
    await bob.sends();

    await carol.sees('Is the place clean where payments-prod was seen');
    await carol.opens('Checklist', 'Tick items');
    await carol.fills({ Done: EVERY_ITEM, 'How do you know?': 'The gist is deleted; its author looked.' });
    await carol.sends();

    await alice.goes('#incidents');
    await alice.sees('Summary of SEV', 'payments-prod');
  },
};

const EVERY_ITEM = [
  'Remove it from where',
  'Remove it from history',
  'Ask for copies',
  'Purge it from logs',
  'Write down how',
  'Close that way',
];
