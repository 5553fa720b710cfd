import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseKey } from '../../../src/providers/key-format.ts';
import { verdictOn } from '../../../src/providers/verify-key.ts';
import { aPolicy, DAY, daysAfter, minutesAfter, NOON } from '../../support/builders.ts';
import { aKeysWorld, anActiveKey, asking, expectWhole, generating, MAY, refusedWithoutTrace } from './keys-world.ts';

test('a new key is pending, offered to its recipient, and active from the moment it was taken (S1-06, S2-02)', async () => {
  const world = await aKeysWorld();
  const { key, offer } = await world.keys.generate(generating());
  expect(key).toMatchObject({ slug: 'payments-prod', version: 1, state: 'pending', expiresAt: daysAfter(NOON, 90) });
  expect(verdictOn(key, NOON)).toEqual({ status: 'pending' });
  if (offer === null) throw new Error('nothing was offered');
  const { secret } = await world.keys.take({ token: offer.token }, { ...asking('person:carol'), how: 'page' });
  expect(parseKey(secret.reveal())).toMatchObject({ ok: true, environment: 'live', publicId: key.externalRef });
  expect(key).toMatchObject({ digest: world.deps.pepper.digestOf(secret.reveal()), last4: secret.reveal().slice(-4) });
  expect(await world.key(key.id)).toMatchObject({ state: 'active', activatedAt: NOON });
  await expectWhole(world, [secret.reveal(), offer.token.reveal()]);
});

test('a key of anything but production is a test key (S2-02)', async () => {
  const world = await aKeysWorld();
  const { secret } = await anActiveKey(world, { environment: 'staging' });
  expect(secret.reveal()).toMatch(/^rekey_test_/);
});

test('a key with a registered place is delivered there, and nobody is offered it', async () => {
  const world = await aKeysWorld();
  const target = join(world.place, 'payments');
  const { key, offer } = await world.keys.generate(generating({ delivery: { sink: 'file', target } }));
  expect(offer).toBeNull();
  expect(key).toMatchObject({ state: 'active', activatedAt: NOON });
  const material = readFileSync(target, 'utf8').trimEnd();
  expect(world.deps.pepper.digestOf(material)).toBe(key.digest);
  const [sealed] = await world.ledger.read.secretsOfKey(key.id);
  expect(sealed).toMatchObject({ envelope: null, destroyedAt: NOON });
  expect(await world.actions()).toEqual([
    'key_issued',
    'secret_sealed',
    'secret_delivered',
    'key_activated',
    'secret_destroyed',
  ]);
  await expectWhole(world, [material]);
});

test('what a crash left is also ended by a request of its own, which makes the key anew', async () => {
  const world = await aKeysWorld();
  const delivery = { sink: 'file', target: join(world.place, 'payments') };
  const dying = world.with({
    faultPoint: (place) => {
      if (place === 'effect') throw new Error('killed');
    },
  });
  await expect(dying.generate(generating({ delivery }))).rejects.toThrow('killed');
  const { key } = await world.keys.generate(generating({ delivery }));
  const versions = await world.ledger.read.versionsOf('payments-prod');
  expect(versions.map(({ version, state }) => [version, state])).toEqual([
    [2, 'active'],
    [1, 'revoked'],
  ]);
  expect(await world.ledger.read.keyBySlug('payments-prod')).toEqual(key);
  await expectWhole(world);
});

test('an offer that nobody took does not burn the name: the key is made again under it', async () => {
  const world = await aKeysWorld();
  const first = await world.keys.generate(generating());
  const { message } = await refusedWithoutTrace(world, () => world.keys.generate(generating()));
  expect(message).toContain('payments-prod v1 of payments in production, pending and not handed over yet');
  world.setNow(minutesAfter(NOON, 16));
  const second = await world.keys.generate(generating());
  expect(second.key).toMatchObject({ version: 2, state: 'pending' });
  expect(await world.key(first.key.id)).toMatchObject({ state: 'revoked' });
  await expectWhole(world);
});

test('the same request twice makes one key, and its token is given out once', async () => {
  const world = await aKeysWorld();
  const request = generating();
  const first = await world.keys.generate(request);
  const again = await world.keys.generate(request);
  expect(again).toEqual({ key: first.key, offer: null });
  expect(await world.actions()).toEqual(['key_issued', 'secret_sealed', 'claim_opened']);
});

test.each(['check', 'deliver'] as const)(
  'the same request in two processes makes one key; who is slower at %s finds it done',
  async (at) => {
    const world = await aKeysWorld();
    const target = join(world.place, 'payments');
    const request = generating({ delivery: { sink: 'file', target } });
    const { file } = world.deps.sinks;
    if (file === undefined) throw new Error('there is no file sink');
    const faster: unknown[] = [];
    const beFaster = async (place: typeof at) => {
      const isIssued = (await world.ledger.read.keyBySlug('payments-prod')) !== null;
      if (place === at && isIssued && faster.length === 0) faster.push(await world.keys.generate(request));
    };
    const slow: typeof file = {
      ...file,
      check: (target) => beFaster('check').then(() => file.check(target)),
      deliver: (...to) => file.deliver(...to).then(() => beFaster('deliver')),
    };
    const slower = await world.with({ sinks: { file: slow } }).generate(request);
    expect(faster).toEqual([slower]);
    expect(slower.key.state).toBe('active');
    expect((await world.actions()).filter((action) => action === 'secret_delivered')).toHaveLength(1);
    expect(world.deps.pepper.digestOf(readFileSync(target, 'utf8').trimEnd())).toBe(slower.key.digest);
  },
);

test('two requests at once for one name make one key', async () => {
  const world = await aKeysWorld();
  const made = await Promise.allSettled([world.keys.generate(generating()), world.keys.generate(generating())]);
  expect(made.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(await world.ledger.read.versionsOf('payments-prod')).toHaveLength(1);
});

test.each([15, 30, 60, 90, 180, 365])('a key may live %s days where its class allows it (S2-31)', async (days) => {
  const world = await aKeysWorld();
  world.setRule({ maxAgeDays: 365 });
  const { key } = await world.keys.generate(generating({}, { expiresInDays: days }));
  expect(key.expiresAt).toEqual(new Date(NOON.getTime() + days * DAY));
});

test('policy is read at every request: who was let in yesterday may be refused today', async () => {
  const world = await aKeysWorld();
  world.setPolicy(aPolicy());
  await refusedWithoutTrace(world, () => world.keys.generate(generating()));
  world.setPolicy(MAY);
  await world.keys.generate(generating());
});
