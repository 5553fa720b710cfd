import { describe, expect, it } from 'vitest';
import { KeyId } from '../../../src/domain/ids.ts';
import type { Key } from '../../../src/domain/key.ts';
import type { TickResult } from '../../../src/engine/rotations/rotations.ts';
import { openScheduler } from '../../../src/engine/scheduler/tick.ts';
import { Refusal } from '../../../src/errors.ts';
import { aKey, DAY, daysAfter, HOUR, MINUTE, NOON } from '../../support/builders.ts';
import { recordEvents } from '../../support/ledger-file.ts';
import { runChild } from '../../support/run-child.ts';
import { aSchedulerWorld, type SchedulerWorld } from '../../support/scheduler-world.ts';

/** In use for `ageDays`, and without an end of its own unless given. */
async function register(world: SchedulerWorld, ageDays: number, overrides: Partial<Key> = {}): Promise<void> {
  const born = daysAfter(world.now(), -ageDays);
  const key = aKey({ createdAt: born, activatedAt: born, expiresAt: null, ...overrides });
  await recordEvents(world.ledger, [{ type: 'key_issued', key }], { at: world.now() });
}

function another(name: string): Partial<Key> {
  return { id: KeyId.parse(`key-${name}`), slug: name, externalRef: name, digest: name.padEnd(64, 'x') };
}

describe('what is too old', () => {
  it('is put on the calendar by itself, to begin after the lead notice (S3-13, S3-03)', async () => {
    const world = await aSchedulerWorld();
    await register(world, 120);
    const { scheduler } = await world.open();
    expect(await scheduler.tick()).toMatchObject({ scheduled: 1, started: 0, frozen: false });
    expect(await world.rotation()).toMatchObject({
      state: 'scheduled',
      mode: 'planned',
      requestedBy: 'schedule:rotations',
      scheduledAt: daysAfter(NOON, 1),
      reason: 'Scheduled: api_key keys are replaced every 90 days; this one is in use since 2026-11-10.',
    });
  });

  it('is rotated on the day on which it reaches its max age, not earlier (S1-22)', async () => {
    const world = await aSchedulerWorld();
    await register(world, 85);
    const { scheduler } = await world.open();
    await scheduler.tick();
    expect((await world.rotation())?.scheduledAt).toEqual(daysAfter(NOON, 5));
  });

  it('is left alone while it is young', async () => {
    const world = await aSchedulerWorld();
    await register(world, 60);
    const { scheduler } = await world.open();
    expect(await scheduler.tick()).toMatchObject({ scheduled: 0 });
  });

  it('is replaced before it expires, early enough for its grace', async () => {
    const world = await aSchedulerWorld();
    await register(world, 86, { expiresAt: daysAfter(NOON, 4) });
    const { scheduler } = await world.open();
    await scheduler.tick();
    expect((await world.rotation())?.scheduledAt).toEqual(daysAfter(NOON, 2));
  });

  it('is not renewed when it was given a short life on purpose', async () => {
    const world = await aSchedulerWorld();
    await register(world, 5, { expiresAt: daysAfter(NOON, 2) });
    const { scheduler } = await world.open();
    expect((await scheduler.tick()).scheduled).toBe(0);
  });

  it('begins when its time has come, once, and is counted (S3-10)', async () => {
    const world = await aSchedulerWorld();
    await register(world, 120);
    const { scheduler } = await world.open();
    await scheduler.tick();
    world.pass(DAY - MINUTE);
    expect(await scheduler.tick()).toMatchObject({ started: 0 });
    world.pass(MINUTE);
    expect(await scheduler.tick()).toMatchObject({ started: 1 });
    expect(await scheduler.tick()).toMatchObject({ started: 0, scheduled: 0 });
    expect(await world.rotation()).toMatchObject({ state: 'intent_written', startedAt: daysAfter(NOON, 1) });
  });

  it('waits for a window of its class, on the clock of the team', async () => {
    const world = await aSchedulerWorld();
    world.setRule({ windows: [{ days: ['mon', 'tue'], from: '09:00', to: '11:00' }] });
    await register(world, 120);
    const { scheduler } = await world.open();
    await scheduler.tick();
    expect((await world.rotation())?.scheduledAt.toISOString()).toBe('2027-03-15T08:00:00.000Z');
  });

  it('keeps to the window on the day on which summer time begins', async () => {
    const world = await aSchedulerWorld(new Date('2027-03-26T12:00:00Z'));
    world.setRule({ windows: [{ days: ['sun'], from: '02:30', to: '04:00' }] });
    await register(world, 120);
    const { scheduler } = await world.open();
    await scheduler.tick();
    expect((await world.rotation())?.scheduledAt.toISOString()).toBe('2027-03-28T01:00:00.000Z');
    world.pass(Date.parse('2027-03-28T00:59:59Z') - world.now().getTime());
    expect((await scheduler.tick()).started).toBe(0);
    world.pass(1_000);
    expect((await scheduler.tick()).started).toBe(1);
  });

  it('does not begin in a freeze that was declared after it was put on the calendar', async () => {
    const world = await aSchedulerWorld();
    await register(world, 120);
    const { scheduler } = await world.open();
    await scheduler.tick();
    world.setPolicy({ freezes: [{ name: 'sale', from: '2027-03-11T00:00', to: '2027-03-13T00:00' }] });
    world.pass(DAY);
    expect((await scheduler.tick()).started).toBe(0);
    world.pass(DAY + 11 * HOUR);
    expect((await scheduler.tick()).started).toBe(1);
  });

  it('is asked about every ten minutes while a freeze holds it, not at every look', async () => {
    const world = await aSchedulerWorld();
    await register(world, 120);
    const { deps, rotations } = await world.open();
    let asked = 0;
    const startDue: typeof rotations.startDue = (id) => {
      asked += 1;
      return rotations.startDue(id);
    };
    const scheduler = openScheduler({ ...deps, rotations: { ...rotations, startDue } });
    await scheduler.tick();
    world.setPolicy({ freezes: [{ name: 'sale', from: '2027-03-11T00:00', to: '2027-03-13T00:00' }] });
    world.pass(DAY);
    for (let n = 0; n < 30; n++) {
      await scheduler.tick();
      world.pass(MINUTE);
    }
    expect(asked).toBe(3);
    world.setPolicy({});
    await scheduler.tick();
    expect((await world.rotation())?.startedAt).toEqual(world.now());
  });

  it('is spread over days when many are due on the same one', async () => {
    const world = await aSchedulerWorld();
    world.setPolicy({ rotations: { minimum_interval_hours: 24, spike_in_7_days: 3, most_per_day: 2 } });
    for (const name of ['a', 'b', 'c', 'd', 'e']) await register(world, 120, another(name));
    const { scheduler } = await world.open();
    expect((await scheduler.tick()).scheduled).toBe(5);
    const planned = await world.ledger.read.dueRotations(daysAfter(NOON, 90), 10);
    expect(planned.map(({ scheduledAt }) => scheduledAt.toISOString().slice(0, 10))).toEqual([
      '2027-03-11',
      '2027-03-11',
      '2027-03-12',
      '2027-03-12',
      '2027-03-13',
    ]);
  });
});

describe('what the schedule leaves to people', () => {
  it('does not touch keys of a class that is not automatic, nor those without a place to deliver to (S3-20)', async () => {
    const world = await aSchedulerWorld();
    world.setRule({ automatic: false, revocable: false }, 'embedded');
    await register(world, 500, { ...another('app'), class: 'embedded' });
    await register(world, 500, { ...another('by-hand'), delivery: null });
    const { scheduler } = await world.open();
    expect((await scheduler.tick()).scheduled).toBe(0);
    expect((await world.ledger.read.audit({ limit: 9 })).map(({ action }) => action)).toEqual([
      'key_issued',
      'key_issued',
    ]);
  });

  it('reaches keys that stand behind a page of others which it cannot rotate', async () => {
    const world = await aSchedulerWorld();
    for (let n = 0; n < 60; n++) await register(world, 300, { ...another(`by-hand-${n}`), delivery: null });
    await register(world, 120);
    const { scheduler } = await world.open();
    expect((await scheduler.tick()).scheduled).toBe(0);
    expect((await scheduler.tick()).scheduled).toBe(1);
  });

  it('asks for nothing that R-ROTATE is not written for', async () => {
    const world = await aSchedulerWorld();
    await register(world, 120);
    world.misfits.add(aKey().id);
    const { scheduler } = await world.open();
    expect((await scheduler.tick()).scheduled).toBe(0);
    expect(await world.ledger.read.audit({ limit: 9 })).toHaveLength(1);
  });

  it('asks again only hours later for what was refused', async () => {
    const world = await aSchedulerWorld();
    world.setRule({ windows: [{ days: ['mon'], from: '09:00', to: '10:00' }] });
    world.setPolicy({ freezes: [{ name: 'for good', from: '2027-01-01T00:00', to: '2030-01-01T00:00' }] });
    await register(world, 120);
    const { scheduler } = await world.open();
    await scheduler.tick();
    await scheduler.tick();
    expect(world.warnings).toHaveLength(1);
    expect(world.warnings[0]).toContain('payments-prod v3 is not on the calendar: No planned rotation can begin');
    world.pass(6 * HOUR);
    await scheduler.tick();
    expect(world.warnings).toHaveLength(2);
  });
});

describe('what came to nothing', () => {
  it('is tried again, but not before the minimum interval', async () => {
    const world = await aSchedulerWorld();
    world.setRule({ leadHours: 1 });
    await register(world, 120);
    const { scheduler } = await world.open();
    await scheduler.tick();
    world.pass(HOUR);
    await scheduler.tick();
    const first = await world.rotation();
    world.pass(HOUR);
    await world.finish(first?.id as never, 'failed');
    expect(await scheduler.tick()).toMatchObject({ failed: 1, scheduled: 1 });
    expect((await world.rotation())?.scheduledAt).toEqual(new Date(NOON.getTime() + 26 * HOUR));
  });
});

describe('whatever happens to the processes', () => {
  it('does once what was missed while Rekey was down for three days (S3-10)', async () => {
    const world = await aSchedulerWorld();
    await register(world, 120);
    await (await world.open()).scheduler.tick();
    world.pass(3 * DAY);
    const { scheduler } = await world.open();
    expect(await scheduler.tick()).toMatchObject({ started: 1, scheduled: 0, frozen: false });
    expect(await scheduler.tick()).toMatchObject({ started: 0, scheduled: 0 });
    expect(await world.ledger.read.rotationsOf('payments-prod', 9)).toHaveLength(1);
  });

  it('does each thing once when two look at the same clock at once', async () => {
    const world = await aSchedulerWorld();
    for (const name of ['a', 'b', 'c']) await register(world, 120, another(name));
    await register(world, 10, { ...another('over'), expiresAt: new Date(NOON.getTime() - 1) });
    const both = [await world.open(), await world.open()];
    const sum = async () => {
      const results = await Promise.all(both.map(({ scheduler }) => scheduler.tick()));
      const add = (name: 'scheduled' | 'started' | 'expired') => results.reduce((all, one) => all + one[name], 0);
      return { scheduled: add('scheduled'), started: add('started'), expired: add('expired') };
    };
    expect(await sum()).toEqual({ scheduled: 3, started: 0, expired: 1 });
    world.pass(DAY);
    expect(await sum()).toEqual({ scheduled: 0, started: 3, expired: 0 });
    expect(world.warnings).toEqual([]);
    const lines = await world.ledger.read.audit({ limit: 100 });
    const notices = lines.filter(({ action }) => action === 'notice_issued');
    expect(notices).toHaveLength(3);
  });

  it('does each thing once when two processes share one ledger', async () => {
    const world = await aSchedulerWorld();
    for (let n = 0; n < 40; n++) await register(world, 120, another(`k${n}`));
    const both = async (at: Date) => {
      const ends = await Promise.all([0, 1].map(() => runChild('tick', [world.file, at.toISOString()])));
      expect(ends.map(({ err }) => err)).toEqual(['', '']);
      const results: TickResult[] = ends.flatMap(({ out }) => JSON.parse(out));
      const add = (name: 'scheduled' | 'started') => results.reduce((all, one) => all + one[name], 0);
      return { scheduled: add('scheduled'), started: add('started') };
    };
    expect(await both(NOON)).toEqual({ scheduled: 40, started: 0 });
    expect(await both(daysAfter(NOON, 2))).toEqual({ scheduled: 0, started: 40 });
    expect(await world.ledger.verifyAudit()).toMatchObject({ whole: true });
  }, 30_000);

  it('counts what completed and what failed once each (S3-10)', async () => {
    const world = await aSchedulerWorld();
    for (const name of ['a', 'b']) await register(world, 120, another(name));
    const { scheduler } = await world.open();
    await scheduler.tick();
    world.pass(DAY);
    await scheduler.tick();
    world.pass(HOUR);
    await world.finish((await world.rotation('a'))?.id as never, 'succeeded');
    await world.finish((await world.rotation('b'))?.id as never, 'failed');
    expect(await scheduler.tick()).toMatchObject({ completed: 1, failed: 1 });
    world.pass(30_000);
    expect(await scheduler.tick()).toMatchObject({ completed: 0, failed: 0 });
  });

  it('goes on writing down expiries while policy.yaml cannot be read, and rotates nothing', async () => {
    const world = await aSchedulerWorld();
    await register(world, 120);
    await register(world, 10, { ...another('over'), expiresAt: new Date(NOON.getTime() - 1) });
    world.setPolicy(new Refusal('policy_broken', 'policy.yaml is broken.'));
    const { scheduler } = await world.open();
    await expect(scheduler.tick()).rejects.toThrow('policy.yaml is broken.');
    expect(await world.rotation()).toBeUndefined();
    expect((await world.ledger.read.key(KeyId.parse('key-over')))?.state).toBe('expired');
  });
});
