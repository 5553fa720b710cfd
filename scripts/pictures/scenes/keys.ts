import { PAYMENTS } from '../../../test/journeys/payments.ts';
import type { Scene } from '../scene.ts';
import { DAY_MS } from '../scene.ts';

/** Looking into the ledger and keeping it in order: every verb of /keys, and the two questions of /rotate-key. */
export const keys: Scene = {
  name: 'keys',
  setting: {
    ledger: {
      keys: [
        PAYMENTS,
        { ...PAYMENTS, slug: 'payments-staging', environment: 'staging', expires: '+9d' },
        { ...PAYMENTS, slug: 'reports-prod', service: 'reports', expires: '+5d' },
        { ...PAYMENTS, slug: 'mail-prod', service: 'mail', owner: 'bob', expires: '-2d', state: 'expired' },
        { ...PAYMENTS, slug: 'billing-prod', service: 'billing', owner: null, escalation: null },
        { ...PAYMENTS, slug: 'old-export', service: 'export', state: 'revoked', delivery: undefined },
      ],
      calls: [
        { key: 'payments-prod', caller: 'payments-worker', at: '-2h', accepted: 40 },
        { key: 'old-export', caller: 'nightly-export', at: '-3h', rejected: 12 },
        { key: 'mail-prod', caller: 'newsletter', at: '-3h', rejected: 7 },
      ],
    },
  },
  play: async ({ alice, bob, dave }, stage, camera) => {
    await alice.goes('#general');
    await camera.asks(alice, '/keys help');
    await camera.asks(alice, '/keys list');
    await camera.asks(alice, '/keys list env=production health=expired', { as: 'narrowed' });
    await camera.asks(alice, '/keys show payments-prod');
    await camera.asks(alice, '/keys show payments-prod', { phone: true });
    await camera.asks(alice, '/keys expiring within 30d');
    await camera.asks(alice, '/keys digest');
    await camera.asks(alice, '/keys audit service=payments-api');
    await camera.asks(alice, '/keys compliance');
    await camera.asks(alice, '/keys stats');
    await camera.asks(alice, '/keys zombies since=7d');
    await dave.goes('#general');
    await camera.asks(dave, '/keys claim-owner billing-prod because "my team runs it now"');
    await bob.goes('#general');
    await camera.asks(bob, '/keys owner billing-prod @dave because "his team runs it now"');
    await camera.asks(bob, '/keys history billing-prod');
    await camera.asks(bob, '/keys import stripe-prod');
    await camera.form(bob);
    await bob.closes();
    await camera.asks(bob, '/keys verify');
    await bob.types('/keys show payments-prod');
    await bob.opens('Owner of a key', 'Owner…', 'payments-prod v1');
    await camera.form(bob);
    await bob.closes();
    await camera.asks(alice, '/rotate-key why payments-prod');
    await camera.asks(alice, '/rotate-key show payments-prod');
    await alice.types('/rotate-key payments-prod leeked');
    await alice.getsForm('Replace a key');
    await camera.form(alice, { as: 'misspelt', when: 'when a line was not understood, with all that was' });
    await alice.closes();
    await camera.asks(alice, '/rotate-key payments-prod planned grace 24h because "a new quarter"', { as: 'planned' });
    await camera.asks(alice, '/rotate-key status');
    await stage.passes(DAY_MS / 24);
  },
};
