import { describe, expect, test } from 'vitest';
import { type Verb, Verb as Verbs } from '../../../src/domain/policy.ts';
import { aPolicy, carol, daysAfter, NOON } from '../../support/builders.ts';
import {
  aKeysWorld,
  anActiveKey,
  asking,
  because,
  expectWhole,
  type KeysWorld,
  MAY,
  refusedWithoutTrace,
} from './keys-world.ts';

describe('every verb', () => {
  const VERBS: [Verb, (world: KeysWorld, origin: ReturnType<typeof because>) => Promise<unknown>][] = [
    ['suspend', (world, origin) => world.keys.suspend(origin)],
    ['suspend', (world, origin) => world.keys.reinstate(origin)],
    ['revoke', (world, origin) => world.keys.revoke(origin)],
    ['change', (world, origin) => world.keys.change({ ...origin, change: { owner: 'bob' } })],
    ['administer', (world, origin) => world.keys.rotateSigningKey(origin)],
    [
      'extend',
      (world, origin) => world.keys.extendExpiry({ ...origin, expiresAt: daysAfter(NOON, 91), approvedBy: carol }),
    ],
  ];

  test.each(VERBS)('%s is refused to whoever may everything else', async (verb, act) => {
    const world = await aKeysWorld();
    await anActiveKey(world);
    const others = Verbs.options.filter((one) => one !== verb);
    world.setPolicy(aPolicy({ may: Object.fromEntries(others.map((one) => [one, ['alice', 'owner']])) }));
    const { code } = await refusedWithoutTrace(world, () => act(world, because('payments-prod')));
    expect(code).toBe('not_allowed');
  });

  test.each(VERBS)('%s needs a reason, says so, and names the key that it does not know', async (_, act) => {
    const world = await aKeysWorld();
    await anActiveKey(world);
    for (const reason of ['', '  ', 'x'.repeat(501)])
      expect((await refusedWithoutTrace(world, () => act(world, { ...because('payments-prod'), reason }))).code).toBe(
        'reason_needed',
      );
    const leak = { ...because('payments-prod'), reason: 'it was sk_live_51Hq0000000000000000' };
    expect((await refusedWithoutTrace(world, () => act(world, leak))).code).toBe('secret_in_text');
    const unknown = await refusedWithoutTrace(world, () => act(world, because('payments-prd')));
    expect(unknown.message).toContain('Did you mean payments-prod?');
    await expectWhole(world, ['sk_live_51Hq0000000000000000']);
  });

  test('has one effect when the same request comes twice, and needs the right both times', async () => {
    const world = await aKeysWorld();
    await anActiveKey(world);
    const request = because('payments-prod');
    const first = await world.keys.suspend(request);
    await world.keys.reinstate(because('payments-prod'));
    expect(await world.keys.suspend(request)).toMatchObject({ id: first.id, state: 'active' });
    expect((await world.actions()).filter((action) => action === 'key_suspended')).toHaveLength(1);
    world.setPolicy(aPolicy({ may: {} }));
    expect((await refusedWithoutTrace(world, () => world.keys.suspend(request))).code).toBe('not_allowed');
    world.setPolicy(MAY);
  });

  test('is refused, and not passed off as done, when its request id was used for another key', async () => {
    const world = await aKeysWorld();
    await anActiveKey(world);
    const { key: other } = await anActiveKey(world, { slug: 'other' });
    const request = because('payments-prod');
    await world.keys.suspend(request);
    const { code } = await refusedWithoutTrace(world, () => world.keys.revoke({ ...request, key: 'other' }));
    expect(code).toBe('request_id_used');
    expect(await world.key(other.id)).toMatchObject({ state: 'active' });
  });

  test('finds a key by slug, id, public id and fingerprint', async () => {
    const world = await aKeysWorld();
    const { key } = await anActiveKey(world);
    for (const name of [key.slug, key.id, key.externalRef ?? '', key.digest?.slice(0, 12) ?? '']) {
      expect(await world.keys.suspend(because(name))).toMatchObject({ id: key.id });
      await world.keys.reinstate(because(name));
    }
  });

  test('is refused to a token from the moment that its own key is revoked', async () => {
    const world = await aKeysWorld();
    await anActiveKey(world);
    const { key: ci } = await anActiveKey(world, { slug: 'ci', scopes: ['keys:suspend'] });
    const suspend = () =>
      world.keys.suspend({ ...asking('token:ci', ci.id), key: 'payments-prod', reason: 'odd calls' });
    await suspend();
    await world.keys.reinstate(because('payments-prod'));
    await world.keys.revoke(because('ci'));
    expect((await refusedWithoutTrace(world, suspend)).message).toContain('ci v1 is revoked');
  });
});
