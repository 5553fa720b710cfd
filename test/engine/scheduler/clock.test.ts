import { describe, expect, it, vi } from 'vitest';
import { startScheduler } from '../../../src/engine/scheduler/start.ts';
import { aKey, DAY, daysAfter, HOUR, minutesAfter, NOON } from '../../support/builders.ts';
import { recordEvents } from '../../support/ledger-file.ts';
import { aSchedulerWorld, type SchedulerWorld } from '../../support/scheduler-world.ts';

const LOOK = 30_000;

async function withKey(expiresAt: Date): Promise<SchedulerWorld> {
  const world = await aSchedulerWorld();
  await recordEvents(world.ledger, [{ type: 'key_issued', key: aKey({ activatedAt: NOON, expiresAt }) }]);
  return world;
}

describe('a clock that jumps', () => {
  it('forward expires no key until it was steady for three looks, and raises one alarm', async () => {
    const world = await withKey(minutesAfter(NOON, 60));
    const both = [await world.open(), await world.open()];
    const look = async () => {
      world.pass(LOOK);
      return Promise.all(both.map(({ scheduler }) => scheduler.tick()));
    };
    await look();
    world.setClock(DAY);
    for (let n = 0; n < 3; n++)
      expect(await look()).toMatchObject([
        { frozen: true, expired: 0 },
        { frozen: true, expired: 0 },
      ]);
    const after = await look();
    expect(after.map(({ frozen }) => frozen)).toEqual([false, false]);
    expect(after.reduce((sum, { expired }) => sum + expired, 0)).toBe(1);
    const alarms = await world.ledger.read.alarmsSince(NOON);
    expect(alarms.map(({ kind }) => kind)).toEqual(['clock_jump']);
  });

  it('forward and back again has expired nothing', async () => {
    const world = await withKey(minutesAfter(NOON, 60));
    const { scheduler } = await world.open();
    await scheduler.tick();
    world.setClock(DAY);
    await scheduler.tick();
    world.setClock(-DAY);
    for (let n = 0; n < 5; n++) {
      world.pass(LOOK);
      await scheduler.tick();
    }
    expect((await world.ledger.read.key(aKey().id))?.state).toBe('active');
  });

  it('back begins nothing a second time', async () => {
    const world = await aSchedulerWorld();
    const born = daysAfter(NOON, -120);
    const old = aKey({ createdAt: born, activatedAt: born, expiresAt: null });
    await recordEvents(world.ledger, [{ type: 'key_issued', key: old }]);
    const { scheduler } = await world.open();
    await scheduler.tick();
    world.pass(DAY);
    expect((await scheduler.tick()).started).toBe(1);
    world.setClock(-DAY - HOUR);
    for (let n = 0; n < 5; n++) {
      world.pass(LOOK);
      expect(await scheduler.tick()).toMatchObject({ scheduled: 0, started: 0 });
    }
    expect(await world.ledger.read.rotationsOf('payments-prod', 9)).toHaveLength(1);
  });

  it('back lets what was set aside until a wrong time be asked about again', async () => {
    const world = await aSchedulerWorld();
    const born = daysAfter(NOON, -120);
    const old = aKey({ createdAt: born, activatedAt: born, expiresAt: null });
    await recordEvents(world.ledger, [{ type: 'key_issued', key: old }]);
    world.setPolicy({ freezes: [{ name: 'for good', from: '2027-01-01T00:00', to: '2030-01-01T00:00' }] });
    const { scheduler } = await world.open();
    await scheduler.tick();
    world.setClock(-HOUR);
    world.setPolicy({});
    for (let n = 0; n < 4; n++) {
      world.pass(LOOK);
      await scheduler.tick();
    }
    expect(await world.ledger.read.rotationsOf('payments-prod', 9)).toHaveLength(1);
  });

  it('is not believed at the start when it shows less than the ledger has seen', async () => {
    const world = await withKey(minutesAfter(NOON, -90));
    world.setClock(-HOUR);
    const { scheduler } = await world.open();
    const frozen: boolean[] = [];
    for (let n = 0; n < 4; n++) {
      frozen.push((await scheduler.tick()).frozen);
      world.pass(LOOK);
    }
    expect(frozen).toEqual([true, true, true, false]);
  });

  it('is not what a machine that slept has: it catches up at once', async () => {
    const world = await withKey(minutesAfter(NOON, 60));
    const { scheduler } = await world.open();
    await scheduler.tick();
    world.pass(9 * HOUR);
    expect(await scheduler.tick()).toMatchObject({ frozen: false, expired: 1 });
  });
});

describe('looking regularly', () => {
  it('looks at once, never twice at the same time, and goes on after a look that failed', async () => {
    const world = await withKey(minutesAfter(NOON, -1));
    const { deps } = await world.open();
    let broken = true;
    let inside = 0;
    let most = 0;
    const policy = async () => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
      if (broken) throw new Error('the disk is away');
      return deps.policy();
    };
    const running = startScheduler({ ...deps, policy }, { everyMs: 1 });
    await vi.waitFor(() => expect(world.warnings.length).toBeGreaterThan(2));
    expect(running.lastTick()).toBeNull();
    broken = false;
    await vi.waitFor(() => expect(running.lastTick()?.at).toEqual(NOON));
    await running.stop();
    expect(most).toBe(1);
    expect(world.warnings[0]).toContain('the disk is away');
  });

  it('is not ready when no look went through for four times as long as it should take', async () => {
    const world = await withKey(daysAfter(NOON, 9));
    const { deps } = await world.open();
    const running = startScheduler(deps, { everyMs: HOUR });
    await vi.waitFor(() => expect(running.lastTick()).not.toBeNull());
    expect(running.health()).toEqual({ ok: true, detail: '' });
    world.pass(4 * HOUR);
    expect(running.health()).toEqual({ ok: false, detail: 'no look at the clock went through for 14400 s' });
    await running.stop();
  });
});
