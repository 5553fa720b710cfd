import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formBehind, type Scene } from '../scene.ts';

// The part of R-KEY-EXPIRY that peers see, without the hours before it.
const RUNBOOK = `
runbook: R-REPIN
title: The peers of a key follow it
owner: group:security
review_by: 2030-01-01
applies_to: [federation_key]
inputs: { key: { type: key } }
grants: { providers: [imported] }
identify: { waived: nothing to find out }
contain: { waived: nothing to stop }
investigate: { waived: nothing to look into }
recover:
  - id: told
    uses: peers.notify
    with: { key: "\${inputs.key}", replacement: "\${inputs.key}", data_integrity: No data was at risk. }
  - id: pinned
    uses: peers.await
    with: { key: "\${inputs.key}", state: pinned, deadline: 4h, remind: 30m }
communicate: { waived: nobody else to tell }
`;

const KEY = {
  class: 'federation_key',
  provider: 'imported',
  owner: 'carol',
  escalation: 'group:security',
  expires: '+200d',
};

/** A key that two other nodes pin: both have to follow before it counts as recovered. */
export const peers: Scene = {
  name: 'peers',
  setting: {
    ledger: {
      keys: [
        { ...KEY, slug: 'node-a-federation' },
        { ...KEY, slug: 'node-a-federation', version: 2, created: '-1m' },
      ],
      peers: [
        { name: 'node-b', contact: 'dave', pins: ['node-a-federation'] },
        { name: 'node-c', contact: 'ops@node-c.example.com', pins: ['node-a-federation'] },
      ],
    },
    prepare: (runbooksDir) => writeFileSync(join(runbooksDir, 'R-REPIN.yaml'), RUNBOOK),
  },
  play: async ({ alice, bob, carol }, _stage, camera) => {
    await carol.goes('#incidents');
    await carol.types('/runbook run R-REPIN node-a-federation because "the key file left the building"');
    await camera.surface('peer_board', carol);
    await camera.surface('peer_board', carol, { phone: true });
    await camera.surface('notice', carol, { as: 'to-peer', when: 'for what is to be passed on to a peer' });
    await formBehind('A peer is further', { who: carol, camera, on: 'Peers of' });
    await formBehind('Go on without one', { who: carol, camera, on: 'Peers of' });

    await alice.goes('#general');
    await alice.types('/rotate-key node-a-federation exploited because "the key file was in a backup"');
    await bob.goes('messages');
    await bob.sees('Approval needed', 'node-a-federation');
    await camera.surface('approval', alice, { as: 'with-peers', when: 'for a key that other nodes pin' });
  },
};
