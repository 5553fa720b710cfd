import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { RunId } from '../../src/domain/ids.ts';
import { openKeys } from '../../src/engine/keys/open-keys.ts';
import { take } from '../../src/engine/keys/take.ts';
import { openRotations } from '../../src/engine/rotations/open-rotations.ts';
import type { RotationRequest } from '../../src/engine/rotations/rotations.ts';
import { openPepper } from '../../src/providers/pepper.ts';
import { bob, carol, DAY, HOUR, MINUTE, NOON } from '../support/builders.ts';
import { from } from '../support/engine-world.ts';
import { aRotationWorld, type RotationProcess, sealedLeft, usable, waitsIn } from '../support/rotation-world.ts';

// The verbs that people, the API and the schedule call, with the runbook that is shipped.

const later = (ms: number) => new Date(NOON.getTime() + ms);
const asks = (overrides: Partial<RotationRequest> = {}): RotationRequest => ({
  ...from(bob),
  key: 'payments-prod',
  mode: 'planned',
  graceHours: null,
  notBefore: null,
  reason: 'older than 90 days',
  override: null,
  deliver: { to: 'registered' },
  ...overrides,
});

async function requested(overrides: Partial<RotationRequest> = {}) {
  const world = await aRotationWorld();
  const rekey = await world.open();
  const rotations = openRotations(rekey.deps);
  const { rotation } = await rotations.request(asks(overrides));
  await rekey.queue.settle();
  const [run] = await rekey.ledger.read.runsOfKey(rotation.key);
  if (run === undefined) throw new Error('no run was started');
  return { world, rekey, rotations, id: run.id };
}

async function claimOf({ ledger, key }: RotationProcess) {
  const [claim] = await ledger.read.claimsOfKey((await key(4)).id);
  if (claim === undefined) throw new Error('nothing is offered');
  return claim;
}

const ended = async (rekey: RotationProcess, id: RunId) => ({
  outcome: (await rekey.play(id)).outcome,
  state: (await rekey.rotation(id)).state,
});

describe('a rotation that somebody asks for', () => {
  test('goes from the request to the proof that the old key is dead, with nobody else asked', async () => {
    const { world, rekey, id } = await requested();
    expect(await usable(world, rekey)).toEqual([4, 3]);
    expect(await ended(rekey, id)).toEqual({ outcome: 'succeeded', state: 'completed' });
    expect(world.now()).toEqual(later(DAY));
    expect(await usable(world, rekey)).toEqual([4]);
  });

  test('can be given more time once, and keeps the old key valid for that long (S3-21)', async () => {
    const { world, rekey, rotations, id } = await requested({ graceHours: 4 });
    world.pass(3 * HOUR);
    await rotations.extendGrace({ ...from(carol), key: 'payments-prod', hours: 2, reason: 'billing deploys at four' });
    world.pass(2 * HOUR);
    await rekey.engine.advance(id);
    expect(await usable(world, rekey)).toEqual([4, 3]);
    expect(await ended(rekey, id)).toEqual({ outcome: 'succeeded', state: 'completed' });
    expect(world.now()).toEqual(later(6 * HOUR));
  });

  test('revokes although callers still use the old key once somebody waives that', async () => {
    const { world, rekey, rotations, id } = await requested({ graceHours: 1 });
    world.pass(HOUR);
    await rekey.calls(3, 'billing', { rejected: 9 });
    await rekey.play(id, waitsIn('gate'));
    await rotations.waiveGate({ ...from(carol), key: 'payments-prod', reason: 'billing is being shut down' });
    // It is due in the ledger, where the sweep finds it.
    expect(await rekey.ledger.leases.due(world.now(), () => false)).toEqual([id]);
    await rekey.engine.advance(id);
    expect((await rekey.run(id)).steps.gate).toMatchObject({ outputs: { waived: true, waived_by: 'person:carol' } });
    expect(await usable(world, rekey)).toEqual([4]);
    expect(world.now()).toEqual(later(HOUR));
  });

  test('goes on to the proof at once when the old key is revoked by hand in its grace', async () => {
    const { world, rekey, id } = await requested();
    const by = { ...from(carol), key: 'payments-prod', reason: 'nobody uses it any more' };
    const keys = openKeys({ ...rekey.deps, pepper: openPepper('p1', randomBytes(32)) });
    await keys.revoke({ ...by, key: (await rekey.key(3)).id });
    await rekey.queue.settle();
    await rekey.engine.advance(id);
    expect(await ended(rekey, id)).toEqual({ outcome: 'succeeded', state: 'completed' });
    expect(await usable(world, rekey)).toEqual([4]);
    expect(world.now()).toEqual(NOON);
  });

  test('ends with the old key as it was when it is cancelled in its grace', async () => {
    const { world, rekey, rotations, id } = await requested();
    const { id: rotation } = await rekey.rotation(id);
    await rotations.cancel(rotation, { ...from(bob), reason: 'the wrong one' });
    await rekey.queue.settle();
    expect(await rekey.run(id)).toMatchObject({ outcome: 'cancelled' });
    expect(await usable(world, rekey)).toEqual([3]);
    expect(world.atItsPlace()).toBe(world.oldMaterial);
    expect(await sealedLeft(rekey)).toEqual([]);
  });

  test('hands the new key to whoever it is for, once, and goes on by itself (S1-06)', async () => {
    const { world, rekey, id } = await requested({ deliver: { to: 'claim', recipient: 'person:carol' } });
    world.pass(MINUTE);
    const { id: claim } = await claimOf(rekey);
    const { secret } = await take(rekey.deps, { id: claim }, { ...from(carol), how: 'terminal' });
    await rekey.queue.settle();
    expect(await rekey.verify(secret.reveal())).toBe('valid');
    expect(waitsIn('gate')(await rekey.run(id))).toBe(true);
    await expect(take(rekey.deps, { id: claim }, { ...from(carol), how: 'terminal' })).rejects.toThrow();
    expect(await sealedLeft(rekey)).toEqual([]);
    expect(await ended(rekey, id)).toEqual({ outcome: 'succeeded', state: 'completed' });
  });
});
