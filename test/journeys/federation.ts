import type { Journey } from './journey.ts';

/** A federation key expired; two peers have to trust its successor, and one of them is down until Thursday. */
export const federation: Journey = {
  name: 'a federation key with two peers',
  setting: {
    ledger: {
      keys: [
        { slug: 'node-a-federation', class: 'federation_key', provider: 'imported', owner: 'carol', expires: '-2h' },
        {
          slug: 'node-a-federation',
          version: 2,
          class: 'federation_key',
          provider: 'imported',
          owner: 'carol',
          created: '-1h',
          expires: '+365d',
        },
      ],
      peers: [
        { name: 'node-b', contact: 'dave', pins: ['node-a-federation'] },
        { name: 'node-c', contact: 'ops@node-c.example.com', pins: ['node-a-federation'] },
      ],
    },
  },
  play: async ({ alice, bob, carol, dave }, stage) => {
    await stage.raise({ alert: 'key_expired_blocked', key: 'key-node-a-federation-v1', count: 12, window_minutes: 1 });
    await bob.goes('messages');
    await bob.opens('Review', 'Review', 'Approval needed');
    await bob.fills({ 'Your decision': 'Approve', Reason: 'Pulls are refused since six.' });
    await bob.sends();

    await carol.goes('messages');
    await carol.opens('Answer', 'Answer', 'Follow Key Rotation');
    await carol.fills({ 'Your answer': 'Yes', 'Link that shows it': 'https://git.example.com/keys/7' });
    await carol.sends();
    await dave.goes('messages');
    await dave.sees('node-a-federation v2');

    await carol.goes('#incidents');
    await carol.opensThread('node-a-federation');
    await carol.sees('Peers of node-a-federation v2', '0 of 2 peers: re-pinned');
    await carol.opens('A peer is further', 'A peer is further', 'Peers of node-a-federation v2');
    await carol.fills({
      'Which peer?': 'node-b',
      'What did you see?': 'It has re-pinned',
      'How do you know?': 'its manifest shows the new key',
    });
    await carol.sends();
    await bob.goes('#incidents');
    await bob.opensThread('node-a-federation');
    await bob.opens('Go on without a peer', 'Go on without one', '1 of 2 peers');
    await bob.fills({ 'Which peer?': 'node-c', 'Why may it stay behind?': 'is shut down until Thursday' });
    await bob.sends();
    await carol.opens('A peer is further', 'A peer is further', 'pulls with the new key');
    await carol.fills({
      'Which peer?': 'node-b',
      'What did you see?': 'It pulls with the new key',
      'How do you know?': 'pull of 09:02 in the log',
    });
    await carol.sends();
    await carol.sees('Peers of node-a-federation v2', '2 of 2 peers', 'Nobody is missing');

    await bob.goes('messages');
    await bob.opens('Answer', 'Answer', 'Was it checked whether data');
    await bob.fills({ 'Your answer': 'Yes', 'How do you know?': 'No risk: no pull was accepted meanwhile.' });
    await bob.sends();
    await alice.goes('#incidents');
    await alice.sees('Summary of SEV2', 'node-a-federation');
  },
};
