import { expect, test } from 'vitest';
import { aPolicy, daysAfter, NOON } from '../../support/builders.ts';
import { aKeysWorld, anActiveKey, because, expectWhole, MAY, refusedWithoutTrace } from './keys-world.ts';

const READERS_AND_DAVE = aPolicy({
  people: { ...aPolicy().people, dave: { slack: 'U0DAVE' } },
  may: { ...MAY.may, read: ['alice', 'bob', 'carol', 'dave'] },
});
const READERS = aPolicy({ may: { ...MAY.may, read: ['alice', 'bob', 'carol'] } });

test('who may change a key is its owner at once', async () => {
  const world = await aKeysWorld();
  await anActiveKey(world);
  const claim = await world.keys.claimOwner(because('payments-prod'));
  expect(claim).toMatchObject({ kind: 'owned', key: { owner: 'alice' } });
  const again = await refusedWithoutTrace(world, () => world.keys.claimOwner(because('payments-prod')));
  expect(again.code).toBe('already_owner');
});

test('for anybody else it changes nothing: the owner is told and decides', async () => {
  const world = await aKeysWorld();
  world.setPolicy(READERS);
  const { key } = await anActiveKey(world);
  const claim = await world.keys.claimOwner(because('payments-prod', 'person:bob'));
  expect(claim).toMatchObject({ kind: 'asked', told: ['carol'], key: { owner: 'carol' } });
  expect(await world.ledger.read.noticesOfKey(key.id)).toMatchObject([
    { recipient: 'person:carol', template: 'owner-claimed', run: null },
  ]);
  await expectWhole(world, []);
});

test('asked again within a day nobody is told a second time; somebody else may ask, and so may they a day later', async () => {
  const world = await aKeysWorld();
  world.setPolicy(READERS_AND_DAVE);
  const { key } = await anActiveKey(world);
  await world.keys.claimOwner(because('payments-prod', 'person:bob'));
  const again = await refusedWithoutTrace(world, () => world.keys.claimOwner(because('payments-prod', 'person:bob')));
  expect(again).toMatchObject({ code: 'asked_already', message: expect.stringContaining('carol was told') });
  await world.keys.claimOwner(because('payments-prod', 'person:dave'));
  world.setNow(daysAfter(NOON, 1));
  await world.keys.claimOwner(because('payments-prod', 'person:bob'));
  expect(await world.ledger.read.noticesOfKey(key.id)).toHaveLength(3);
});

test('of a key that nobody owns the escalation is told, and without one whoever may change it', async () => {
  const world = await aKeysWorld();
  world.setPolicy(READERS);
  await anActiveKey(world, { environment: 'staging', owner: null, escalation: 'carol' });
  expect(await world.keys.claimOwner(because('payments-prod', 'person:bob'))).toMatchObject({ told: ['carol'] });
  await world.keys.change({ ...because('payments-prod'), change: { escalation: null } });
  expect(await world.keys.claimOwner(because('payments-prod', 'person:bob'))).toMatchObject({ told: ['alice'] });
});

test('somebody who may not even read the key can claim nothing', async () => {
  const world = await aKeysWorld();
  await anActiveKey(world);
  const { code } = await refusedWithoutTrace(world, () =>
    world.keys.claimOwner(because('payments-prod', 'person:bob')),
  );
  expect(code).toBe('not_allowed');
});
