import { spawnSync } from 'node:child_process';
import { hostname } from 'node:os';
import { expect, test, vi } from 'vitest';
import { faultPoints } from '../../src/engine/fault-points.ts';
import { leaseOwner, ownerIsGone } from '../../src/engine/owner.ts';
import { startSweep } from '../../src/engine/sweep.ts';
import { anEngineWorld, NOBODY } from '../support/engine-world.ts';
import { aPlan, aPlannedStep } from '../support/plans.ts';

test('the sweep wakes what is due at once when it starts', async () => {
  const world = await anEngineWorld(aPlan([[aPlannedStep('a')]]));
  const rekey = await world.open();
  rekey.queue.forgets = true;
  const id = await rekey.begin();
  rekey.queue.forgets = false;
  const stop = startSweep(rekey.deps);
  await vi.waitFor(async () => expect((await rekey.run(id)).outcome).toBe('succeeded'));
  await stop();
});

test('stopping the sweep waits for the runs that it advances itself', async () => {
  const world = await anEngineWorld(aPlan([[aPlannedStep('a')]]));
  const rekey = await world.open();
  rekey.queue.away = true;
  const id = await rekey.begin();
  const { promise, resolve } = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  world.outside.before = () => {
    reached.resolve();
    return promise;
  };
  const stop = startSweep(rekey.deps);
  await reached.promise;
  const stopped = stop();
  resolve();
  await stopped;
  expect((await rekey.run(id)).outcome).toBe('succeeded');
});

test('a ledger in trouble does not end the sweep', async () => {
  const world = await anEngineWorld(aPlan([[aPlannedStep('a')]]));
  const rekey = await world.open();
  const warned = vi.fn();
  rekey.deps.log.warn = warned;
  rekey.mortal.kill();
  const stop = startSweep(rekey.deps);
  await vi.waitFor(() => expect(warned).toHaveBeenCalled());
  await stop();
});

test('an owner is gone when its process is, and only when that can be known', () => {
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  expect(ownerIsGone(`${hostname()}:${pid}:x`)).toBe(true);
  expect(ownerIsGone(NOBODY)).toBe(true);
  expect(ownerIsGone(leaseOwner())).toBe(false);
  expect(ownerIsGone(`${hostname()}:1:x`)).toBe(false);
  expect(ownerIsGone(`another-host:${pid}:x`)).toBe(false);
  expect(ownerIsGone('nonsense')).toBe(false);
});

test('two processes never share a name as owner', () => {
  expect(leaseOwner()).not.toBe(leaseOwner());
});

test('without FAULT_AT no place is a fault', () => {
  const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
  const quiet = faultPoints(null);
  const second = faultPoints('effect:mint:2');
  quiet('effect', 'mint');
  second('effect', 'mint');
  second('started', 'mint');
  second('effect', 'other');
  expect(kill).not.toHaveBeenCalled();
  second('effect', 'mint');
  expect(kill).toHaveBeenCalledExactlyOnceWith(process.pid, 'SIGKILL');
  kill.mockRestore();
});
