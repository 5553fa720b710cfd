import { formBehind, type Scene } from '../scene.ts';

/** A passphrase expired: people restore the last good one, and one of them says that a step has to be done again. */
export const passphrase: Scene = {
  name: 'passphrase',
  setting: {
    ledger: {
      keys: [
        {
          slug: 'vault-passphrase',
          class: 'passphrase',
          provider: 'imported',
          service: 'vault',
          owner: 'carol',
          escalation: 'group:security',
          expires: '-1h',
        },
      ],
    },
  },
  play: async ({ alice, bob, carol }, _stage, camera) => {
    await alice.goes('#incidents');
    await alice.types('/rotate-key vault-passphrase expired because "the node does not start"');
    await bob.goes('messages');
    await bob.sees('Approval needed');
    await bob.opens('Review', 'Review', 'Approval needed');
    await bob.fills({ 'Your decision': 'Approve', Reason: 'The node is down.' });
    await bob.sends();
    await carol.goes('messages');
    await carol.sees('Restore the last known-good secret');
    await carol.opens('Form', 'Fill in');
    await carol.fills({
      'Version that was restored': '12',
      'Where it was': 'kv/node-a/db',
      'Day on which it last opened the store': '2026-11-20',
    });
    await carol.sends();
    await carol.sees('Bring the node healthy with version 12');
    await camera.surface('ask_dm', carol, {
      as: 'not-possible',
      when: 'when an earlier step may have to be done again',
    });
    await formBehind('Not possible yet…', { who: carol, camera, on: 'Bring the node healthy' });
  },
};
