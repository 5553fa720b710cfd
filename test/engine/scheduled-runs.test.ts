import { describe, expect, test } from 'vitest';
import { RunId } from '../../src/domain/ids.ts';
import type { ScheduledRun } from '../../src/domain/scheduled-run.ts';
import { cancelScheduled } from '../../src/engine/scheduled-runs/cancel.ts';
import { planScheduledRun } from '../../src/engine/scheduled-runs/plan.ts';
import { keyRefOf } from '../../src/steps/fields.ts';
import { aKey, alice, aRun, aScheduledRun, bob, DAY, daysAfter, HOUR, NOON } from '../support/builders.ts';
import { from, refusalOf } from '../support/engine-world.ts';
import { recordEvents } from '../support/ledger-file.ts';
import { aSchedulerWorld } from '../support/scheduler-world.ts';

const key = aKey({ class: 'passphrase', expiresAt: null });

async function aCalendar(overrides: Partial<ScheduledRun> = {}) {
  const world = await aSchedulerWorld();
  world.setRule({ maxAgeDays: null, automatic: false }, 'passphrase');
  const scheduled = aScheduledRun({ inputs: { key: keyRefOf(key), note: 'last known-good' }, ...overrides });
  await recordEvents(world.ledger, [
    { type: 'key_issued', key },
    { type: 'scheduled_run_planned', scheduled },
  ]);
  const now = async () => {
    const found = await world.ledger.read.scheduledRun(scheduled.id);
    if (found === null) throw new Error('it is not in the ledger');
    return found;
  };
  const runs = () => world.ledger.read.runsOfKey(key.id);
  return { world, now, runs };
}

describe('a scheduled run', () => {
  test('stands in the ledger, and begins when its time has come and not before', async () => {
    const { world, now, runs } = await aCalendar();
    const { scheduler } = await world.open();
    expect((await world.ledger.read.scheduledRuns(10)).map(({ id }) => id)).toEqual(['sch-1']);
    await scheduler.tick();
    expect(await runs()).toEqual([]);
    world.pass(DAY);
    await scheduler.tick();
    const [run] = await runs();
    expect(run).toMatchObject({
      runbook: { id: 'R-REKEY' },
      key: key.id,
      parent: null,
      requestedBy: 'person:alice',
      reason: 'scheduled: a controlled rekey',
      inputs: { key: { slug: 'payments-prod', state: 'active' }, note: 'last known-good' },
    });
    expect(await now()).toMatchObject({ outcome: 'started', run: run?.id });
    expect(await world.ledger.read.scheduledRuns(10)).toEqual([]);
  });

  test('begins once, however many look at the clock', async () => {
    const { world, runs } = await aCalendar();
    const processes = [await world.open(), await world.open(), await world.open()];
    world.pass(DAY);
    await Promise.all(processes.map(({ scheduler }) => scheduler.tick()));
    await Promise.all(processes.map(({ scheduler }) => scheduler.tick()));
    expect(await runs()).toHaveLength(1);
  });

  test('that was due while Rekey was down begins afterwards, once', async () => {
    const { world, runs } = await aCalendar();
    world.pass(9 * DAY);
    const { scheduler } = await world.open();
    await scheduler.tick();
    await scheduler.tick();
    expect(await runs()).toHaveLength(1);
  });

  test('that was due until a time that is over is missed, and people are told', async () => {
    const { world, now, runs } = await aCalendar({ latestAt: new Date(daysAfter(NOON, 1).getTime() + HOUR) });
    world.pass(2 * DAY);
    const { scheduler } = await world.open();
    await scheduler.tick();
    expect(await runs()).toEqual([]);
    expect(await now()).toMatchObject({
      outcome: 'missed',
      why: expect.stringContaining('it was to begin by 2027-03-11 13:00:00 UTC'),
    });
    const [alarm] = await world.ledger.read.alarmsSince(NOON);
    expect(alarm).toMatchObject({
      kind: 'scheduled_run_missed',
      sentence: expect.stringContaining('Schedule it again'),
    });
  });

  test('waits for the run that has its key in its hands, and for the end of a freeze', async () => {
    const { world, runs } = await aCalendar();
    const open = aRun({ id: RunId.parse('run-open'), incident: null, key: key.id });
    await recordEvents(world.ledger, [{ type: 'run_started', run: open }]);
    world.pass(DAY);
    const { scheduler } = await world.open();
    await scheduler.tick();
    expect(await runs()).toHaveLength(1);
    await recordEvents(world.ledger, [{ type: 'run_finished', run: open.id, outcome: 'succeeded', why: 'done' }]);
    world.setPolicy({ freezes: [{ name: 'audit', from: '2027-03-11T00:00', to: '2027-03-12T00:00' }] });
    await scheduler.tick();
    expect(await runs()).toHaveLength(1);
    world.pass(DAY);
    await scheduler.tick();
    expect(await runs()).toHaveLength(2);
  });

  test('that its runbook does not fit any more is missed, and keeps no other from beginning', async () => {
    const { world, now, runs } = await aCalendar();
    const other = aScheduledRun({ id: 'sch-2', beginsAt: daysAfter(NOON, 1), key: null, inputs: {} });
    await recordEvents(world.ledger, [{ type: 'scheduled_run_planned', scheduled: other }]);
    world.misfits.add(key.id);
    world.pass(DAY);
    const { scheduler } = await world.open();
    await scheduler.tick();
    expect(await now()).toMatchObject({ outcome: 'missed', why: 'It is not for this key.' });
    expect(await runs()).toEqual([]);
    expect(await world.ledger.read.scheduledRun('sch-2')).toMatchObject({ outcome: 'started' });
  });

  test('is taken off the calendar by who may cancel, and not after it has begun', async () => {
    const { world, now } = await aCalendar();
    const { deps, scheduler } = await world.open();
    const cancel = (by: typeof alice) =>
      cancelScheduled(deps as never, 'sch-1', { ...from(by), reason: 'moved to May' });
    expect((await refusalOf(cancel('mallory' as never))).code).toBe('not_allowed');
    expect(await cancel(alice)).toMatchObject({ outcome: 'cancelled', why: 'moved to May' });
    expect(await cancel(bob)).toMatchObject({ outcome: 'cancelled' });
    world.pass(DAY);
    await scheduler.tick();
    expect(await now()).toMatchObject({ outcome: 'cancelled', run: null });

    const begun = await aCalendar();
    begun.world.pass(DAY);
    const process = await begun.world.open();
    await process.scheduler.tick();
    const refusal = await refusalOf(
      cancelScheduled(process.deps as never, 'sch-1', { ...from(alice), reason: 'late' }),
    );
    expect(refusal.code).toBe('scheduled_run_over');
  });

  test('is planned into the windows of the class of its key, or refused when its own window has none', async () => {
    const world = await aSchedulerWorld();
    await recordEvents(world.ledger, [{ type: 'key_issued', key }]);
    world.setRule({ windows: [{ days: ['sat'], from: '06:00', to: '08:00' }] }, 'passphrase');
    const { deps } = await world.open();
    const plan = (latestAt: Date | null) =>
      planScheduledRun(
        deps,
        { run: aRun(), step: { id: 'plan' }, token: 'run-1.plan.1' },
        {
          runbook: 'R-REKEY',
          inputs: { key: keyRefOf(key) },
          reason: 'controlled',
          notBefore: daysAfter(NOON, 1),
          latestAt,
        },
      );
    expect(await plan(null)).toMatchObject({
      id: 'sch-run-1-plan-1',
      key: key.id,
      beginsAt: new Date('2027-03-13T05:00:00Z'),
    });
    expect((await refusalOf(plan(daysAfter(NOON, 2)))).code).toBe('never_opens');
  });

  test('is in the ledger what the audit says of it', async () => {
    const { world } = await aCalendar({ latestAt: daysAfter(NOON, 2) });
    const second = aScheduledRun({ id: 'sch-2', key: null, inputs: {} });
    await recordEvents(world.ledger, [
      { type: 'scheduled_run_planned', scheduled: second },
      { type: 'scheduled_run_cancelled', scheduled: 'sch-2', reason: 'not needed' },
    ]);
    expect(await world.ledger.verifyTables()).toMatchObject({ whole: true });
    await expect(
      recordEvents(world.ledger, [{ type: 'scheduled_run_missed', scheduled: 'sch-2', why: 'late' }]),
    ).rejects.toThrow('no scheduled run sch-2 that has not begun');
  });
});
