import { describe, expect, it } from 'vitest';
import { KeyId } from '../../../src/domain/ids.ts';
import { aKey, aRotation, aRun, DAY, daysAfter, HOUR, minutesAfter, NOON } from '../../support/builders.ts';
import { recordEvents } from '../../support/ledger-file.ts';
import { aSchedulerWorld, type SchedulerWorld } from '../../support/scheduler-world.ts';

const key = aKey({ expiresAt: null, activatedAt: NOON });

const notices = async ({ ledger }: SchedulerWorld) => ledger.read.noticesOfKey(key.id);
const alarms = async ({ ledger }: SchedulerWorld) => ledger.read.alarmsSince(new Date(0));

describe('the lead notice', () => {
  async function planned(world: SchedulerWorld, scheduledAt: Date, overrides = {}) {
    const rotation = aRotation({ scheduledAt });
    await recordEvents(world.ledger, [
      { type: 'key_issued', key: aKey({ ...key, ...overrides }) },
      { type: 'rotation_requested', rotation },
    ]);
  }

  it('tells the owner 24 hours before the rotation begins, once (S3-03, S3-16)', async () => {
    const world = await aSchedulerWorld();
    await planned(world, daysAfter(NOON, 3));
    const { scheduler } = await world.open();
    await scheduler.tick();
    expect(await notices(world)).toEqual([]);
    world.pass(2 * DAY);
    await scheduler.tick();
    await scheduler.tick();
    await (await world.open()).scheduler.tick();
    expect(await notices(world)).toMatchObject([
      {
        recipient: 'person:carol',
        template: 'rotation-planned',
        facts: {
          whichKey:
            'The rotation of payments-prod v3 of payments in production begins at 2027-03-13 12:00:00 UTC (rot-1).',
          replacementAvailable:
            'The new key is delivered by file to /run/secrets/payments then; the old one goes on working beside it for 24 h.',
        },
      },
    ]);
  });

  it('is given at once when somebody asked for a rotation in an hour', async () => {
    const world = await aSchedulerWorld();
    await planned(world, minutesAfter(NOON, 60));
    await (await world.open()).scheduler.tick();
    expect(await notices(world)).toHaveLength(1);
  });

  it('goes to whom the key escalates to when nobody owns it', async () => {
    const world = await aSchedulerWorld();
    await planned(world, minutesAfter(NOON, 60), { owner: null });
    await (await world.open()).scheduler.tick();
    const told = await notices(world);
    expect(told.map(({ recipient }) => recipient).sort()).toEqual(['person:alice', 'person:bob']);
  });
});

describe('alarms of the clock', () => {
  it('tells once a day that the last admin key of a provider is about to end', async () => {
    const world = await aSchedulerWorld();
    const admin = aKey({ activatedAt: NOON, expiresAt: daysAfter(NOON, 20), administers: 'stoa', delivery: null });
    await recordEvents(world.ledger, [{ type: 'key_issued', key: admin }]);
    const both = [await world.open(), await world.open()];
    for (let hour = 0; hour < 36; hour++) {
      for (const { scheduler } of both) await scheduler.tick();
      world.pass(HOUR);
    }
    const raised = await alarms(world);
    expect(raised.map(({ kind, key: about }) => [kind, about])).toEqual([
      ['last_admin_expiring', admin.id],
      ['last_admin_expiring', admin.id],
    ]);
    expect(raised[0]?.sentence).toContain('payments-prod v3 is the last live admin key of stoa');
  });

  it('says nothing of it while a second admin key lasts', async () => {
    const world = await aSchedulerWorld();
    const admin = aKey({ activatedAt: NOON, expiresAt: daysAfter(NOON, 20), administers: 'stoa', delivery: null });
    const second = {
      id: KeyId.parse('key-2'),
      slug: 'second',
      externalRef: '2',
      digest: '2'.repeat(64),
      expiresAt: null,
    };
    await recordEvents(world.ledger, [
      { type: 'key_issued', key: admin },
      { type: 'key_issued', key: { ...admin, ...second } },
    ]);
    await (await world.open()).scheduler.tick();
    expect(await alarms(world)).toEqual([]);
  });

  it('tells once that a rotation has not gone on for a day', async () => {
    const world = await aSchedulerWorld();
    const run = aRun({ incident: null, runbook: { id: 'R-ROTATE', hash: 'a'.repeat(64), text: '' } });
    await recordEvents(world.ledger, [
      { type: 'key_issued', key },
      { type: 'rotation_requested', rotation: aRotation({ scheduledAt: NOON }) },
      { type: 'run_started', run },
      { type: 'rotation_started', rotation: aRotation().id, run: run.id },
    ]);
    const { scheduler } = await world.open();
    world.pass(DAY);
    await scheduler.tick();
    expect(await alarms(world)).toEqual([]);
    world.pass(HOUR);
    await scheduler.tick();
    world.pass(HOUR);
    await scheduler.tick();
    expect((await alarms(world)).map(({ sentence }) => sentence)).toEqual([
      'The rotation rot-1 of payments-prod is intent_written and should have gone on at 2027-03-10 12:00:00 UTC. Look at its run run-1, and cancel it if nobody carries it on.',
    ]);
  });
});
