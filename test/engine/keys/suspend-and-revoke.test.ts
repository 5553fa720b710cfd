import { describe, expect, test } from 'vitest';
import { KeyId, RotationId } from '../../../src/domain/ids.ts';
import { verdictOn } from '../../../src/providers/verify-key.ts';
import { Secret } from '../../../src/secret.ts';
import { aPolicy, aRotation, aRun, daysAfter, minutesAfter, NOON } from '../../support/builders.ts';
import { recordEvents } from '../../support/ledger-file.ts';
import {
  aKeysWorld,
  anActiveKey,
  asking,
  because,
  expectWhole,
  generating,
  importing,
  inGrace,
  MAY,
  refusedWithoutTrace,
} from './keys-world.ts';

describe('suspend and reinstate', () => {
  test('a suspended key is refused at once, and works again when it is reinstated', async () => {
    const world = await aKeysWorld();
    const { key } = await anActiveKey(world);
    const suspended = await world.keys.suspend(because('payments-prod', 'person:carol'));
    expect(suspended).toMatchObject({ state: 'suspended', suspendedAt: NOON });
    expect(verdictOn(suspended, NOON)).toEqual({ status: 'suspended' });
    const back = await world.keys.reinstate(because(key.id));
    expect(back).toMatchObject({ state: 'active', suspendedAt: null });
    await expectWhole(world);
  });

  test('a key in grace goes back into its grace, which does not get longer by that', async () => {
    const world = await aKeysWorld();
    const { old, graceEndsAt } = await inGrace(world);
    await world.keys.suspend(because(old.id));
    world.setNow(minutesAfter(NOON, 60));
    expect(await world.keys.reinstate(because(old.id))).toMatchObject({ state: 'retiring', graceEndsAt });
    await expectWhole(world);
  });

  test('a key whose grace or life ended while it was suspended does not come back', async () => {
    const world = await aKeysWorld();
    const { old } = await inGrace(world);
    await world.keys.suspend(because(old.id));
    world.setNow(daysAfter(NOON, 2));
    const { message } = await refusedWithoutTrace(world, () => world.keys.reinstate(because(old.id)));
    expect(message).toContain('The grace of payments-prod v1 ended');
    world.setNow(daysAfter(NOON, 91));
    expect((await refusedWithoutTrace(world, () => world.keys.reinstate(because(old.id)))).message).toContain(
      'expired while it was suspended',
    );
  });

  test('a key that somebody else may have, or that was replaced without a grace, does not come back', async () => {
    const world = await aKeysWorld();
    const { key } = await anActiveKey(world);
    await world.keys.suspend(because(key.id));
    await recordEvents(world.ledger, [{ type: 'key_compromised', key: key.id }]);
    expect((await refusedWithoutTrace(world, () => world.keys.reinstate(because(key.id)))).message).toContain(
      'compromised',
    );
    const { key: other } = await anActiveKey(world, { slug: 'other' });
    await world.keys.suspend(because('other'));
    const next = {
      ...other,
      id: 'key-next' as typeof other.id,
      version: 2,
      predecessor: other.id,
      digest: 'e'.repeat(64),
    };
    await recordEvents(world.ledger, [
      { type: 'key_issued', key: { ...next, state: 'pending', activatedAt: null } },
      { type: 'key_activated', key: next.id },
    ]);
    expect((await refusedWithoutTrace(world, () => world.keys.reinstate(because(other.id)))).message).toContain(
      'was replaced at',
    );
  });

  test('what is not in use is not suspended, and what is not suspended is not reinstated', async () => {
    const world = await aKeysWorld();
    const { key } = await anActiveKey(world);
    expect((await refusedWithoutTrace(world, () => world.keys.reinstate(because(key.id)))).code).toBe(
      'illegal_transition',
    );
    await world.keys.suspend(because(key.id));
    const twice = await refusedWithoutTrace(world, () => world.keys.suspend(because(key.id)));
    expect(twice.message).toContain('is suspended and cannot become suspended');
    world.setNow(daysAfter(NOON, 91));
    expect((await refusedWithoutTrace(world, () => world.keys.suspend(because(key.id)))).message).toContain(
      'is expired',
    );
  });
});

describe('revoke', () => {
  test('is final, refused at once, and destroys what is still sealed (S2-08)', async () => {
    const world = await aKeysWorld();
    const { key } = await anActiveKey(world);
    const revoked = await world.keys.revoke({ ...because(key.id), reason: 'the service is gone' });
    expect(revoked).toMatchObject({ state: 'revoked', revokedAt: NOON });
    for (const again of ['revoke', 'suspend', 'reinstate'] as const)
      expect((await refusedWithoutTrace(world, () => world.keys[again](because(key.id)))).code).toBe(
        'illegal_transition',
      );
    const [line] = (await world.ledger.read.audit({ limit: 100 })).filter((one) => one.action === 'key_revoked');
    expect(line?.details).toContain('the service is gone');
    await expectWhole(world);
  });

  test('of a key that waits to be taken leaves nothing that could be taken', async () => {
    const world = await aKeysWorld();
    const made = await world.keys.generate({
      ...importing(),
      expiresInDays: null,
      claims: null,
      recipient: 'person:carol',
    });
    await world.keys.revoke(because('payments-prod'));
    const [sealed] = await world.ledger.read.secretsOfKey(made.key.id);
    expect(sealed?.envelope).toBeNull();
    if (made.offer === null) throw new Error('nothing was offered');
    const { token } = made.offer;
    const take = () => world.keys.take({ token }, { ...asking('person:carol'), how: 'page' });
    expect((await refusedWithoutTrace(world, take)).code).toBe('claim_over');
  });

  test('leaves classes to people that Rekey never revokes, or that two people decide on', async () => {
    const world = await aKeysWorld();
    await world.keys.import(importing({ slug: 'in-the-app', class: 'embedded' }));
    expect((await refusedWithoutTrace(world, () => world.keys.revoke(because('in-the-app')))).code).toBe(
      'not_revocable',
    );
    world.setRule({ approvals: { planned: 2, emergency: 1 } });
    await anActiveKey(world);
    expect((await refusedWithoutTrace(world, () => world.keys.revoke(because('payments-prod')))).code).toBe(
      'needs_rotation',
    );
  });

  test('cancels a rotation of the key that has not begun', async () => {
    const world = await aKeysWorld();
    const { key } = await anActiveKey(world);
    await recordEvents(world.ledger, [{ type: 'rotation_requested', rotation: aRotation({ key: key.id }) }]);
    await world.keys.revoke(because(key.id));
    expect(await world.ledger.read.rotation(RotationId.parse('rot-1'))).toMatchObject({
      state: 'cancelled',
      endedAt: NOON,
    });
    await expectWhole(world);
  });

  test('is refused while a rotation or a run is about to do it, and says what to do', async () => {
    const world = await aKeysWorld();
    const { key } = await anActiveKey(world);
    const run = aRun({ key: key.id, incident: null, runbook: { id: 'R-ROTATE', hash: 'a'.repeat(64), text: '' } });
    await recordEvents(world.ledger, [{ type: 'run_started', run }]);
    const byRun = await refusedWithoutTrace(world, () => world.keys.revoke(because(key.id)));
    expect([byRun.code, byRun.message]).toEqual(['run_open', expect.stringContaining('run-1 (R-ROTATE)')]);
    const rotation = aRotation({ key: key.id });
    await recordEvents(world.ledger, [
      { type: 'rotation_requested', rotation },
      { type: 'rotation_started', rotation: rotation.id, run: run.id },
    ]);
    const byRotation = await refusedWithoutTrace(world, () => world.keys.revoke(because(key.id)));
    expect(byRotation.code).toBe('rotation_open');
    expect(byRotation.message).toContain('rot-1, planned, intent_written');
    expect(await world.key(key.id)).toMatchObject({ state: 'active' });
    const next = { ...key, id: KeyId.parse('key-next'), version: 2, predecessor: key.id, digest: 'd'.repeat(64) };
    const replacement = { ...next, state: 'pending', activatedAt: null } as const;
    await recordEvents(world.ledger, [{ type: 'key_issued', key: replacement }], { run: run.id });
    const ofReplacement = await refusedWithoutTrace(world, () => world.keys.revoke(because('key-next')));
    expect(ofReplacement.code).toBe('rotation_open');
  });

  test('names the replacement when there is one', async () => {
    const world = await aKeysWorld();
    const { old, replacement } = await inGrace(world);
    await world.keys.revoke(because(old.id));
    const [line] = (await world.ledger.read.audit({ limit: 1 })).filter((one) => one.action === 'key_revoked');
    expect(line?.details).toContain(`"replacedBy":"${replacement.id}"`);
  });
});

test('the last live admin key of a provider is neither suspended nor revoked nor forgotten to be one', async () => {
  const world = await aKeysWorld();
  await anActiveKey(world, { slug: 'stoa-admin', administers: 'stoa' });
  for (const verb of ['suspend', 'revoke'] as const)
    expect((await refusedWithoutTrace(world, () => world.keys[verb](because('stoa-admin')))).code).toBe(
      'last_admin_key',
    );
  const unmark = () => world.keys.change({ ...because('stoa-admin'), change: { administers: null } });
  expect((await refusedWithoutTrace(world, unmark)).code).toBe('last_admin_key');
  await anActiveKey(world, { slug: 'stoa-admin-2', administers: 'stoa' });
  await world.keys.suspend(because('stoa-admin'));
  expect((await refusedWithoutTrace(world, () => world.keys.revoke(because('stoa-admin-2')))).code).toBe(
    'last_admin_key',
  );
});

test('the last admin key does not go for one that was only written down, nor on the word of who may not administer', async () => {
  const world = await aKeysWorld();
  const { keys, setPolicy } = world;
  await anActiveKey(world, { slug: 'stoa-admin', administers: 'stoa' });
  await keys.import(importing({ slug: 'made-up', administers: 'stoa' }));
  const revoke = () => keys.revoke(because('stoa-admin'));
  expect((await refusedWithoutTrace(world, revoke)).code).toBe('last_admin_key');

  await anActiveKey(world, { slug: 'plain' });
  setPolicy(aPolicy({ may: { ...MAY.may, administer: ['bob'] } }));
  const elsewhere = { material: new Secret('a-value-that-somebody-made-up') };
  for (const work of [
    () => keys.import(importing({ slug: 'second', administers: 'stoa' }, elsewhere)),
    () => keys.generate(generating({ slug: 'second', administers: 'stoa' })),
    () => keys.change({ ...because('plain'), change: { administers: 'stoa' } }),
  ])
    expect((await refusedWithoutTrace(world, work)).message).toContain('may not administer');
  setPolicy(MAY);
  await keys.import(importing({ slug: 'second', administers: 'stoa' }, elsewhere));
  expect((await revoke()).state).toBe('revoked');
});
