import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PAYMENTS } from '../../../test/journeys/payments.ts';
import { formBehind, MINUTE_MS, type Scene } from '../scene.ts';

/** A partner is told by webhook, at an address where nobody takes it. */
export const outside: Scene = {
  name: 'outside',
  setting: {
    ledger: {
      keys: [PAYMENTS],
      calls: [{ key: 'payments-prod', caller: 'payments-worker', at: '-5m', accepted: 40 }],
    },
    prepare: (runbooksDir) => {
      const root = dirname(runbooksDir);
      const ports = JSON.parse(readFileSync(join(root, 'demo.json'), 'utf8'));
      const secrets = join(root, 'rekey', 'keys', 'connections');
      mkdirSync(secrets, { recursive: true, mode: 0o700 });
      writeFileSync(join(secrets, 'partner'), 'only-for-the-pictures-0123456789abcdef', { mode: 0o600 });
      const partner = { name: 'Partner on call', for: ['caller:payments-worker'], webhook: 'partner' };
      const connections = {
        version: 1,
        connections: {},
        webhooks: { partner: { url: `http://127.0.0.1:${ports.api}/nobody-here`, secret_file: 'partner' } },
        contacts: { partner },
      };
      writeFileSync(join(runbooksDir, 'connections.yaml'), JSON.stringify(connections));
    },
  },
  play: async ({ alice, bob }, stage, camera) => {
    await alice.goes('#incidents');
    await alice.types('/incident open SEV2 key=payments-prod "payments are rejected" because "errors since noon"');
    await alice.sees('SEV2', 'payments are rejected');
    await camera.asks(
      alice,
      '/incident notify to="callers" data="No data was at risk." because "they call us every day"',
    );
    await camera.form(alice, { as: 'filled', when: 'before anything is asked: who would read what' });
    await alice.sends();
    await bob.goes('messages');
    await bob.sees('Approval needed');
    const shot = { as: 'of-a-notice', when: 'for what leaves the company: every word of it' };
    await camera.surface('outside_notice', bob, { as: 'asked', when: 'before it is approved' });
    await bob.opens('Review', 'Review', 'Approval needed');
    await camera.form(bob, shot);
    await bob.fills({ 'Your decision': 'Approve', Reason: 'Read it.' });
    await bob.sends();
    await stage.passes(MINUTE_MS);
    for (let hours = 0; hours < 30; hours++) await stage.passes(60 * MINUTE_MS);
    await camera.surface('outside_notice', bob, { as: 'stuck', when: 'when it did not arrive' });
    await bob.goes('#incidents');
    await bob.opensThread('payments are rejected');
    await formBehind('Read it', { who: bob, camera, on: 'Notice outside' });
    await formBehind('Retry or settle', { who: bob, camera, on: 'Notice outside' });
  },
};
