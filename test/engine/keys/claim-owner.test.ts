import { expect, test } from 'vitest';
import { aPolicy } from '../../support/builders.ts';
import { aKeysWorld, anActiveKey, because, expectWhole, MAY, refusedWithoutTrace } from './keys-world.ts';

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
