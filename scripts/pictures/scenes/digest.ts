import { DAY_MS, MINUTE_MS, type Scene } from '../scene.ts';

const key = (slug: string, more: object) => ({
  slug,
  owner: 'carol',
  escalation: 'group:security',
  scopes: ['read'],
  delivery: 'file',
  created: '-60d',
  expires: '+80d',
  ...more,
});

/** A Monday's digest over keys in every state, and what people do with each. */
export const digest: Scene = {
  name: 'digest',
  setting: {
    ledger: {
      keys: [
        key('payments-prod', { service: 'payments-api', expires: '+20h' }),
        key('reports-prod', { service: 'reports', expires: '+5d' }),
        key('mail-prod', { service: 'mail', owner: 'bob', expires: '+6d' }),
        key('search-staging', { service: 'search', environment: 'staging', expires: '+10h' }),
        key('billing-prod', { service: 'billing', owner: null, expires: '+25d' }),
        key('legacy-export', { service: 'export', expires: 'never' }),
      ],
      calls: [
        { key: 'payments-prod', caller: 'payments-worker', at: '-2h', accepted: 40 },
        { key: 'reports-prod', caller: 'report-cron', at: '-2h', accepted: 3 },
      ],
    },
  },
  play: async ({ alice, bob, carol }, stage, camera) => {
    await stage.passes(11 * MINUTE_MS);
    await carol.goes('messages');
    await carol.sees('reports-prod');
    await camera.surface('digest', alice);
    await camera.surface('digest', alice, { phone: true });
    await camera.surface('digest_outlook', alice);
    await camera.surface('digest_dm', carol);
    await camera.surface('digest_dm', carol, { phone: true });
    await camera.home(carol, { as: 'keys', when: 'of the owner of keys that end soon' });
    await carol.goes('messages');
    await carol.opens('Replace a key', 'Plan rotation', 'reports-prod');
    await camera.form(carol, { as: 'planned', when: 'from the digest, filled in' });
    await camera.form(carol, { as: 'planned', phone: true });
    await carol.closes();
    // The first key of the digest, which nobody calls.
    await bob.goes('#incidents');
    await bob.opens('Not in use?', 'Not in use', 'search-staging');
    await camera.form(bob);
    await bob.fills({ 'Why do you think so?': 'The staging search was switched off in spring.' });
    await bob.sends();
    await carol.goes('messages');
    await carol.sees('search-staging', 'Still in use');
    await camera.surface('digest_unused', carol);
    await carol.presses('Claim', 'reports-prod');
    await carol.sees('takes care of it');
    await camera.surface('digest_dm', carol, { as: 'claimed', when: 'when a key in it was claimed' });
    await stage.passes(4 * DAY_MS);
    await carol.sees('Claim again');
    await camera.surface('digest_claim', carol);
  },
};
