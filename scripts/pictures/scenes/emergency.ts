import { PAYMENTS } from '../../../test/journeys/payments.ts';
import { DAY_MS, formBehind, MINUTE_MS, type Scene } from '../scene.ts';

/** A key is misused; two people decide and answer; what comes after it is written down and done. */
export const emergency: Scene = {
  name: 'emergency',
  setting: {
    ledger: {
      keys: [PAYMENTS],
      calls: [{ key: 'payments-prod', caller: 'payments-worker', at: '-5m', accepted: 40 }],
    },
    policy: { rules: { rotate: { remind: ['2m'] } } },
  },
  play: async ({ alice, bob, carol }, stage, camera) => {
    await alice.goes('#general');
    await camera.asks(alice, '/rotate-key help');
    await alice.types('/rotate-key');
    await alice.getsForm('Replace a key');
    await camera.form(alice, { as: 'empty' });
    await alice.closes();
    await camera.asks(alice, '/rotate-key payments-prod exploited because "token in a public gist"');
    await camera.surface('incident', alice, { as: 'declared' });
    await camera.surface('approval', alice);
    await camera.surface('approval', alice, { phone: true });
    await camera.surface('approval_dm', bob);
    await stage.passes(3 * MINUTE_MS);
    await bob.goes('messages');
    await camera.surface('approval_reminder', bob);
    await bob.opens('Review', 'Review');
    await camera.form(bob);
    await camera.form(bob, { phone: true });
    await bob.fills({ 'Your decision': 'Approve', Reason: 'The gist is public; go.' });
    await bob.sends();

    await carol.goes('messages');
    await carol.sees('Are all callers of payments-prod on the new key');
    await camera.surface('approval', alice, { as: 'decided', when: 'when it is decided' });
    await camera.surface('ask_dm', carol, { phone: true });
    await camera.surface('ask_dm', carol);
    await camera.surface('ask', alice);
    await camera.surface('run', alice);
    await camera.surface('run', alice, { phone: true });
    await camera.home(carol, { as: 'owner', when: 'of the owner of a key, during an incident' });
    await camera.home(bob, { as: 'security', phone: true, when: 'of security, during an incident' });
    await carol.goes('messages');
    await formBehind('Hand over…', { who: carol, camera });
    await formBehind('Answer', { who: carol, camera, shot: { as: 'question' } });
    await stage.passes(35 * MINUTE_MS);
    await camera.surface('ask_reminder', carol);
    await carol.goes('messages');
    await carol.opens('Answer', 'Answer');
    await carol.fills({ 'Your answer': 'Yes', 'How do you know?': 'The worker logged that it read the new key file.' });
    await carol.sends();

    await bob.goes('messages');
    await bob.sees('Who used payments-prod v1');
    await bob.opens('Form', 'Fill in');
    await camera.form(bob, { as: 'form' });
    await bob.fills({
      'There were calls that nobody of ours made': 'No',
      'What happened to data': 'nothing',
      'Whether data integrity is at risk': 'No: every call came from our worker.',
    });
    await bob.sends();
    await carol.sees('Is the place clean where payments-prod was seen');
    await camera.surface('ask_dm', carol, { as: 'checklist', says: 'Is the place clean' });
    await carol.opens('Checklist', 'Tick items');
    await camera.form(carol, { as: 'checklist' });
    await carol.fills({ Done: EVERY_ITEM, 'How do you know?': 'The gist is deleted; its author looked.' });
    await carol.sends();

    await alice.goes('#incidents');
    await alice.sees('Summary of SEV', 'payments-prod');
    await camera.surface('recovered', alice);
    await camera.surface('summary', alice);
    await camera.surface('summary', alice, { phone: true });
    await camera.surface('summary_part', alice);
    await camera.surface('incident', alice, { as: 'recovered' });
    await camera.surface('incident', alice, { as: 'recovered', phone: true });
    await camera.surface('run', alice, { as: 'ended', when: 'when it has ended' });
    await camera.surface('notice', carol);
    await stage.passes(DAY_MS / 24);
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
