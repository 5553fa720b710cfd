import { describe, expect, test } from 'vitest';
import { announcementsOf } from '../../../src/domain/announce.ts';
import { PersonId } from '../../../src/domain/ids.ts';
import type { Notice } from '../../../src/domain/incident.ts';
import { sentenceFor, toldBy } from '../../../src/domain/timeline.ts';
import { bob, carol, DAY, daysAfter, NOON } from '../../support/builders.ts';
import { recordEvents } from '../../support/ledger-file.ts';
import {
  aKeysWorld,
  anActiveKey,
  asking,
  because,
  expectWhole,
  importing,
  inGrace,
  type KeysWorld,
  refusedWithoutTrace,
} from './keys-world.ts';

describe('change', () => {
  test('records what changed and why, and raises the version of the row', async () => {
    const world = await aKeysWorld();
    const { key } = await anActiveKey(world);
    const change = { owner: 'bob', runbook: 'https://wiki.example.com/rotate', secretRef: 'op://vault/payments/key' };
    const changed = await world.keys.change({ ...because('payments-prod', 'person:carol'), change });
    expect(changed).toMatchObject({ ...change, rowVersion: key.rowVersion + 1, version: 1, state: 'active' });
    await expectWhole(world);
  });

  test('takes nothing away that a production key has to have', async () => {
    const world = await aKeysWorld();
    await anActiveKey(world);
    const orphan = () => world.keys.change({ ...because('payments-prod'), change: { owner: null } });
    expect((await refusedWithoutTrace(world, orphan)).code).toBe('required_missing');
  });

  test.each([
    ['nothing_to_change', {}],
    ['bad_fact', { owner: 'nobody' }],
    ['bad_fact', { rateLimit: -1 }],
    ['unknown_sink', { delivery: { sink: 'nowhere', target: 'x' } }],
    ['secret_in_text', { runbook: 'sk_live_51Hq0000000000000000' }],
  ] as const)('is refused with %s for %o', async (code, change) => {
    const world = await aKeysWorld();
    await anActiveKey(world);
    expect(
      (await refusedWithoutTrace(world, () => world.keys.change({ ...because('payments-prod'), change }))).code,
    ).toBe(code);
  });

  test('to another service takes a right in both', async () => {
    const world = await aKeysWorld();
    await anActiveKey(world);
    const { key: ci } = await anActiveKey(world, { slug: 'ci', scopes: ['keys:change@payments'] });
    const move = () =>
      world.keys.change({
        ...asking('token:ci', ci.id),
        key: 'payments-prod',
        reason: 'moved',
        change: { service: 'billing' },
      });
    expect((await refusedWithoutTrace(world, move)).message).toContain('keys:change@billing');
  });

  test('of what is recorded of a revoked key is refused', async () => {
    const world = await aKeysWorld();
    await anActiveKey(world);
    await world.keys.revoke(because('payments-prod'));
    const late = () => world.keys.change({ ...because('payments-prod'), change: { owner: 'bob' } });
    expect((await refusedWithoutTrace(world, late)).code).toBe('key_over');
  });
});

describe('extend the expiry', () => {
  const extend = (
    world: KeysWorld,
    expiresAt: Date,
    change: { approvedBy?: PersonId; actor?: 'person:carol' } = {},
  ) => {
    const { actor = 'person:alice', approvedBy = carol } = change;
    return world.keys.extendExpiry({ ...because('payments-prod', actor), expiresAt, approvedBy });
  };

  test('before it expires, with a second person, twice and not a third time', async () => {
    const world = await aKeysWorld();
    await anActiveKey(world);
    for (const day of [30, 60]) {
      world.setNow(daysAfter(NOON, day));
      const extended = await extend(world, daysAfter(NOON, day + 80));
      expect(extended.expiresAt).toEqual(daysAfter(NOON, day + 80));
    }
    expect(await world.ledger.read.keyBySlug('payments-prod')).toMatchObject({ expiryExtensions: 2, state: 'active' });
    expect((await refusedWithoutTrace(world, () => extend(world, daysAfter(NOON, 145)))).code).toBe('extended_twice');
    await expectWhole(world);
  });

  test('tells the second person what was stated in their name, and does not call it their approval', async () => {
    const world = await aKeysWorld();
    const { key } = await anActiveKey(world);
    world.setNow(daysAfter(NOON, 30));
    await extend(world, daysAfter(NOON, 110));
    const notices = await world.ledger.read.noticesOfKey(key.id);
    expect(notices).toMatchObject([
      {
        recipient: 'person:carol',
        run: null,
        incident: null,
        facts: {
          whichKey: expect.stringMatching(
            /^person:alice moved the expiry of payments-prod v1 .*stated that you agreed/,
          ),
          replacementAvailable: expect.stringContaining('If you did not agree, say so now'),
        },
      },
    ]);
    const direct = { kind: 'person', person: 'carol' };
    const told = announcementsOf({ type: 'notice_issued', notice: notices[0] as Notice }, null);
    expect(told).toMatchObject([{ surface: 'notice', address: direct }]);
    const [, line] = await world.ledger.read.audit({ limit: 2 });
    expect(line?.action).toBe('key_expiry_extended');
    const said = line === undefined ? '' : sentenceFor(toldBy(line), new Map());
    expect(said).toContain('whoever asked stated that carol agreed');
    await expectWhole(world);
  });

  test('never after it expired, not even in the second of it', async () => {
    const world = await aKeysWorld();
    const { key } = await anActiveKey(world);
    world.setNow(key.expiresAt ?? NOON);
    expect((await refusedWithoutTrace(world, () => extend(world, daysAfter(NOON, 120)))).code).toBe(
      'expired_not_extended',
    );
    await recordEvents(world.ledger, [{ type: 'key_expired', key: key.id }]);
    expect((await refusedWithoutTrace(world, () => extend(world, daysAfter(NOON, 120)))).code).toBe(
      'expired_not_extended',
    );
  });

  test('not to an earlier time, and not beyond the max age of its class from now', async () => {
    const world = await aKeysWorld();
    await anActiveKey(world);
    world.setNow(daysAfter(NOON, 10));
    for (const day of [10, 89, 90, 101])
      expect((await refusedWithoutTrace(world, () => extend(world, daysAfter(NOON, day)))).code).toBe('bad_lifetime');
    await extend(world, new Date(daysAfter(NOON, 10).getTime() + 90 * DAY));
  });

  test('not approved by whoever asks, nor by somebody whom the rule does not name', async () => {
    const world = await aKeysWorld();
    await anActiveKey(world);
    world.setNow(daysAfter(NOON, 10));
    const own = await refusedWithoutTrace(world, () => extend(world, daysAfter(NOON, 95), { actor: 'person:carol' }));
    expect([own.code, own.message]).toEqual([
      'not_an_approver',
      expect.stringMatching(/carol cannot be named as who agreed .*: bob\.$/),
    ]);
    const stranger = () => extend(world, daysAfter(NOON, 95), { approvedBy: PersonId.parse('alice') });
    expect((await refusedWithoutTrace(world, stranger)).code).toBe('not_an_approver');
    await extend(world, daysAfter(NOON, 95), { actor: 'person:carol', approvedBy: bob });
  });

  test('not of a key that is in grace, suspended, compromised or from elsewhere', async () => {
    const world = await aKeysWorld();
    const { old } = await inGrace(world);
    const ask = (key: string) => () =>
      world.keys.extendExpiry({ ...because(key), expiresAt: daysAfter(NOON, 90.5), approvedBy: carol });
    expect((await refusedWithoutTrace(world, ask(old.id))).message).toContain('is retiring');
    await world.keys.import(importing({ slug: 'stripe' }, { expiresAt: daysAfter(NOON, 3) }));
    expect((await refusedWithoutTrace(world, ask('stripe'))).code).toBe('not_our_key');
    const { key } = await anActiveKey(world, { slug: 'leaked' });
    await recordEvents(world.ledger, [{ type: 'key_compromised', key: key.id }]);
    expect((await refusedWithoutTrace(world, ask('leaked'))).message).toContain('does not get more time');
  });
});
