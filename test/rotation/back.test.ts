import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { RotationId } from '../../src/domain/ids.ts';
import { bob, HOUR, MINUTE } from '../support/builders.ts';
import { from } from '../support/engine-world.ts';
import { recordEvents } from '../support/ledger-file.ts';
import { aRotationWorld, type RotationProcess, sealedLeft, usable, waitsIn } from '../support/rotation-world.ts';

async function cancelled(rekey: RotationProcess, id: Awaited<ReturnType<RotationProcess['begin']>>) {
  await rekey.engine.cancel(id, { ...from(bob), reason: 'wrong key' });
  await rekey.queue.settle();
}

describe('a rotation that is taken back before its point of no return', () => {
  test('leaves the old key as it was and the new one revoked, also in the middle of the grace', async () => {
    const world = await aRotationWorld();
    const rekey = await world.open();
    const before = await rekey.key(3);
    const id = await rekey.begin({ grace_minutes: 120 });
    world.pass(HOUR);
    await cancelled(rekey, id);
    expect(await rekey.run(id)).toMatchObject({ outcome: 'cancelled' });
    expect({ ...(await rekey.key(3)), rowVersion: 1 }).toEqual({ ...before, rowVersion: 1 });
    expect(await rekey.key(4)).toMatchObject({ state: 'revoked' });
    expect(world.atItsPlace()).toBe(world.oldMaterial);
    expect(await usable(world, rekey)).toEqual([3]);
    // Long after the end of the grace that was taken back.
    world.pass(48 * HOUR);
    expect(await rekey.verify(world.oldMaterial)).toBe('valid');
  });

  test('gives the old key back also after hundreds of changes in its grace', async () => {
    const world = await aRotationWorld();
    const rekey = await world.open();
    const id = await rekey.begin({ grace_minutes: 120 });
    const { id: key } = await rekey.key(3);
    const proof = { type: 'key_proved_live', key, probes: 1, how: 'accepted' } as const;
    await recordEvents(rekey.ledger, Array(450).fill(proof));
    await cancelled(rekey, id);
    expect(await usable(world, rekey)).toEqual([3]);
    expect(await rekey.key(3)).toMatchObject({ state: 'active', retiringAt: null });
  });

  test('keeps no copy of either key', async () => {
    const world = await aRotationWorld();
    const rekey = await world.open();
    const id = await rekey.begin();
    expect(await sealedLeft(rekey)).toEqual(['evidence of key-payments3']);
    await cancelled(rekey, id);
    expect(await sealedLeft(rekey)).toEqual([]);
  });

  test('is on record as rolled back, and the next one of the same key may begin', async () => {
    const world = await aRotationWorld();
    const rekey = await world.open();
    const id = await rekey.begin();
    await cancelled(rekey, id);
    expect(await rekey.rotation(id)).toMatchObject({ state: 'rolled_back' });
    const second = await rekey.begin({ grace_minutes: 60 });
    expect(await rekey.play(second)).toMatchObject({ outcome: 'succeeded' });
    expect(await usable(world, rekey)).toEqual([5]);
  });

  test('gives the key its one extension back', async () => {
    const world = await aRotationWorld();
    const rekey = await world.open();
    const id = await rekey.begin({ grace_minutes: 120 });
    const { id: key, graceEndsAt } = await rekey.key(3);
    const extended = new Date((graceEndsAt?.getTime() ?? 0) + HOUR);
    await recordEvents(rekey.ledger, [{ type: 'key_grace_extended', key, graceEndsAt: extended, reason: 'later' }]);
    await cancelled(rekey, id);
    expect(await rekey.key(3)).toMatchObject({ graceExtensions: 0, graceEndsAt: null, retiringAt: null });
  });
});

test('the old key is not touched when the new one cannot be proved to work', async () => {
  const world = await aRotationWorld();
  const rekey = await world.open();
  const provider = rekey.deps.providers.ledger;
  if (provider === undefined) throw new Error('no provider');
  provider.probe = async () => ({ verdict: 'rejected', how: 'GET /ping → 401', at: world.now() });
  const id = await rekey.begin();
  const run = await rekey.play(id);
  expect(run).toMatchObject({ outcome: 'failed', steps: { live: { state: 'failed' } } });
  expect(await rekey.key(3)).toMatchObject({ state: 'active', retiringAt: null });
  expect(await rekey.key(4)).toMatchObject({ state: 'revoked' });
  expect(world.atItsPlace()).toBe(world.oldMaterial);
  expect(await sealedLeft(rekey)).toEqual([]);
});

test('no grace begins while the caller’s place holds something else than the new key', async () => {
  const world = await aRotationWorld();
  const rekey = await world.open();
  const provider = rekey.deps.providers.ledger;
  if (provider === undefined) throw new Error('no provider');
  const { probe } = provider;
  provider.probe = async (key, secret, signal) => {
    // Somebody puts the old one back right after the delivery.
    writeFileSync(key.delivery?.target ?? '', `${world.oldMaterial}\n`, { mode: 0o600 });
    return probe(key, secret, signal);
  };
  const run = await rekey.play(await rekey.begin());
  expect(run.steps.retire).toMatchObject({ error: expect.stringContaining('is not where its caller reads it') });
  expect(await usable(world, rekey)).toEqual([3]);
  expect(await sealedLeft(rekey)).toEqual([]);
});

test('a replacement that was revoked by hand in the grace gives the old key back instead of leaving none', async () => {
  const world = await aRotationWorld();
  const rekey = await world.open();
  const id = await rekey.begin({ grace_minutes: 60 });
  const { id: replacement } = await rekey.key(4);
  await recordEvents(rekey.ledger, [{ type: 'key_revoked', key: replacement, replacedBy: null }], {
    actor: 'person:bob',
  });
  expect(await rekey.play(id)).toMatchObject({ outcome: 'failed' });
  expect(await usable(world, rekey)).toEqual([3]);
  expect(world.atItsPlace()).toBe(world.oldMaterial);
});

test('a suspended key is not brought back by a grace', async () => {
  const world = await aRotationWorld();
  const rekey = await world.open();
  const { id: key } = await rekey.key(3);
  await recordEvents(rekey.ledger, [{ type: 'key_suspended', key, reason: 'odd traffic' }], { actor: 'person:bob' });
  const id = await rekey.begin();
  expect(await rekey.verify(world.oldMaterial)).not.toBe('retiring');
  expect(await rekey.play(id)).toMatchObject({ outcome: 'succeeded' });
  expect(await rekey.key(3)).toMatchObject({ state: 'revoked', retiringAt: null });
});

describe('an emergency that takes the place of a planned rotation', () => {
  /** In grace with v4 when the emergency begins: two runs on one key, of which the first takes its work back. */
  async function preempted() {
    const world = await aRotationWorld();
    const rekey = await world.open();
    const planned = await rekey.begin({ grace_minutes: 24 * 60 });
    const open = await rekey.rotation(planned);
    world.pass(HOUR);
    await recordEvents(rekey.ledger, [
      { type: 'rotation_ended', rotation: RotationId.parse(open.id), outcome: 'preempted', why: 'an emergency' },
      { type: 'run_cancel_requested', run: planned, reason: 'an emergency' },
    ]);
    return { world, rekey, planned };
  }

  test('ends with its own grace, whichever of the two is done first', async () => {
    for (const emergencyFirst of [true, false]) {
      const { world, rekey, planned } = await preempted();
      if (!emergencyFirst) await rekey.engine.advance(planned);
      const emergency = await rekey.begin({ mode: 'suspected', grace_minutes: 60 });
      await rekey.play(emergency, waitsIn('gate'));
      if (emergencyFirst) await rekey.engine.advance(planned);
      expect(await rekey.run(planned)).toMatchObject({ outcome: 'cancelled' });
      expect(await rekey.key(3)).toMatchObject({
        state: 'retiring',
        graceEndsAt: new Date(world.now().getTime() + 60 * MINUTE),
      });
      expect(await rekey.key(4)).toMatchObject({ state: 'revoked' });
      expect(await usable(world, rekey)).toEqual([5, 3]);
      expect(await rekey.verify(world.atItsPlace() ?? '')).toBe('valid');
    }
  });

  test('and delivers while the first one takes its work back keeps its key where its caller reads it', async () => {
    const world = await aRotationWorld();
    const rekey = await world.open();
    const file = rekey.deps.sinks.file;
    if (file === undefined) throw new Error('no sink');
    const planned = await rekey.begin({ grace_minutes: 24 * 60 });
    const { id } = await rekey.rotation(planned);
    await recordEvents(rekey.ledger, [
      { type: 'rotation_ended', rotation: RotationId.parse(id), outcome: 'preempted', why: 'an emergency' },
      { type: 'run_cancel_requested', run: planned, reason: 'an emergency' },
    ]);
    const other = await world.open();
    const { restore } = file;
    file.restore = async (...args) => {
      // All of the emergency, between the last look of the first one and its writing.
      file.restore = restore;
      await other.begin({ mode: 'exploited', grace_minutes: 0 });
      return restore(...args);
    };
    await rekey.engine.advance(planned);
    expect((await rekey.key(5)).state).toBe('active');
    expect(await rekey.verify(world.atItsPlace() ?? '')).toBe('valid');
    expect(await rekey.actions(planned)).not.toContain('secret_withdrawn');
  });

  test('and is taken back itself leaves the first key working at its place', async () => {
    const { world, rekey, planned } = await preempted();
    const emergency = await rekey.begin({ mode: 'suspected', grace_minutes: 60 });
    await rekey.play(emergency, waitsIn('gate'));
    await rekey.engine.advance(planned);
    await cancelled(rekey, emergency);
    expect(await usable(world, rekey)).toEqual([3]);
    expect(world.atItsPlace()).toBe(world.oldMaterial);
    expect(await sealedLeft(rekey)).toEqual([]);
  });
});
