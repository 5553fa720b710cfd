import { expect } from 'vitest';
import type { Journey } from './journey.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** On a good Monday the digest says what expires; its owner plans the rotation there, and a day later the old key is gone. */
export const planned: Journey = {
  name: 'a planned rotation from the digest',
  setting: {
    ledger: {
      keys: [
        {
          slug: 'reports-prod',
          service: 'reports',
          owner: 'carol',
          escalation: 'group:security',
          scopes: ['reports:read'],
          delivery: 'file',
          created: '-80d',
          expires: '+5d',
        },
      ],
      calls: [{ key: 'reports-prod', caller: 'payments-worker', at: '-2h', accepted: 3 }],
    },
  },
  play: async ({ carol }, stage) => {
    const old = stage.materialOf('reports-prod');
    await stage.passes(11 * MINUTE_MS);
    await carol.goes('messages');
    await carol.sees('reports-prod');
    await carol.opens('Replace a key', 'Plan rotation');
    await carol.fills({ 'How many hours shall both keys work?': '4' });
    await carol.sends();

    await expect.poll(() => stage.materialOf('reports-prod') !== old, { timeout: 20_000 }).toBe(true);
    await expect.poll(() => stage.api.call(stage.materialOf('reports-prod')), { timeout: 10_000 }).toBe(200);
    expect(await stage.api.call(old)).toBe(200);

    // In small steps: whoever does not run at nine is told so.
    for (let halfHours = 0; halfHours < 60; halfHours++) {
      expect(await stage.api.call(stage.materialOf('reports-prod'))).toBe(200);
      await stage.passes(HOUR_MS / 2);
    }
    await expect
      .poll(async () => (await stage.ledger.read.versionsOf('reports-prod')).map(({ state }) => state), {
        timeout: 30_000,
      })
      .toEqual(['active', 'revoked']);
    expect(await stage.api.call(old)).toBe(401);
  },
};
