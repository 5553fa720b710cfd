import { describe, expect, test } from 'vitest';
import { KeyId } from '../../../src/domain/ids.ts';
import { Policy } from '../../../src/domain/policy.ts';
import { aKey, alice, carol, DAY, daysAfter, HOUR, MINUTE } from '../../support/builders.ts';
import { recordEvents } from '../../support/ledger-file.ts';
import { aSchedulerWorld, type SchedulerWorld } from '../../support/scheduler-world.ts';

// Wednesday, an hour before nine in Berlin.
const EIGHT = new Date('2027-03-10T07:00:00.000Z');
const RULE = { automatic: false, warnDays: [30, 14, 7, 3, 1, 0] };
const digest = Policy.shape.digest.parse({});

async function aMorning(keys: Partial<Parameters<typeof aKey>[0]>[] = [{}]): Promise<SchedulerWorld> {
  const world = await aSchedulerWorld(EIGHT);
  world.setPolicy({ digest });
  // The schedule would rotate them by itself otherwise.
  world.setRule(RULE);
  const issued = keys.map((key, index) => ({
    type: 'key_issued' as const,
    key: aKey({ activatedAt: EIGHT, expiresAt: daysAfter(EIGHT, 5), ...named(`key-${index}`), ...key }),
  }));
  await recordEvents(world.ledger, issued, { at: EIGHT });
  return world;
}

function named(id: string) {
  return { id: KeyId.parse(id), slug: id, externalRef: id, digest: id.padEnd(64, '0') };
}

const digests = (world: SchedulerWorld) => world.ledger.read.digests(50);
const alarms = async (world: SchedulerWorld) =>
  (await world.ledger.read.alarmsSince(EIGHT))
    .filter(({ kind }) => kind === 'digest_missed')
    .map(({ sentence }) => sentence);

async function look(world: SchedulerWorld, ms: number): Promise<void> {
  world.pass(ms);
  const { scheduler } = await world.open();
  await scheduler.tick();
}

describe('the digest of the clock', () => {
  test('comes at nine in the zone of the team, and not before', async () => {
    const world = await aMorning();
    await look(world, 59 * MINUTE);
    expect(await digests(world)).toEqual([]);
    await look(world, MINUTE);
    expect(await digests(world)).toMatchObject([
      { id: 'dig-2027-03-10', keys: 1, parts: 1, dueAt: new Date('2027-03-10T08:00:00Z') },
    ]);
    expect(await alarms(world)).toEqual([]);
  });

  test('comes once, however many look at the clock at the same time and after', async () => {
    const world = await aMorning();
    const processes = await Promise.all([world.open(), world.open(), world.open()]);
    world.pass(HOUR);
    await Promise.all(processes.map(({ scheduler }) => scheduler.tick()));
    await Promise.all(processes.map(({ scheduler }) => scheduler.tick()));
    await look(world, 8 * HOUR);
    expect(await digests(world)).toHaveLength(1);
  });

  test('that nobody was there for is caught up with once, and is an alarm', async () => {
    const world = await aMorning();
    await look(world, 0);
    await look(world, 3 * HOUR);
    await look(world, MINUTE);
    expect(await digests(world)).toMatchObject([{ day: '2027-03-10' }]);
    expect(await alarms(world)).toEqual([
      'The digest of 2027-03-10 08:00:00 UTC came 2 h late, because Rekey did not run then. See that Rekey is watched: GET /readyz.',
    ]);
  });

  test('that is a minute late because of a restart is no alarm', async () => {
    const world = await aMorning();
    await look(world, HOUR + 10 * MINUTE);
    expect(await digests(world)).toHaveLength(1);
    expect(await alarms(world)).toEqual([]);
  });

  test('of several days that nobody was there for is one, which says which ones were left out', async () => {
    const world = await aMorning();
    await look(world, HOUR);
    await look(world, 5 * DAY);
    expect((await digests(world)).map(({ day }) => day)).toEqual(['2027-03-15', '2027-03-10']);
    expect(await alarms(world)).toEqual([
      expect.stringContaining(
        'No digest came on 2027-03-11, 2027-03-12; the one of 2027-03-15 stands for all of them.',
      ),
    ]);
  });

  test('of before the ledger was there was not missed', async () => {
    const world = await aSchedulerWorld(new Date('2027-03-10T15:00:00Z'));
    world.setPolicy({ digest });
    await recordEvents(world.ledger, [{ type: 'key_issued', key: aKey() }], { at: world.now() });
    await look(world, MINUTE);
    expect(await digests(world)).toEqual([]);
  });

  test('does not come while the clock is doubted, nor a second time when it is put back', async () => {
    const world = await aMorning();
    const { scheduler } = await world.open();
    await scheduler.tick();
    world.setClock(2 * DAY);
    world.pass(MINUTE);
    expect(await scheduler.tick()).toMatchObject({ frozen: true });
    expect(await digests(world)).toEqual([]);
    world.setClock(-2 * DAY);
    for (let looks = 0; looks < 5; looks++) {
      world.pass(MINUTE);
      await scheduler.tick();
    }
    world.pass(HOUR);
    await scheduler.tick();
    expect(await digests(world)).toMatchObject([{ day: '2027-03-10' }]);
  });

  test('has nothing to say: nothing is posted, and the heartbeat is on record', async () => {
    const world = await aMorning([{ expiresAt: daysAfter(EIGHT, 80) }]);
    await look(world, HOUR);
    expect(await digests(world)).toMatchObject([{ parts: 0, keys: 0 }]);
    expect(await world.ledger.outbox.due(world.now(), 9)).toEqual([]);
    expect(await alarms(world)).toEqual([]);
  });

  test('of Monday sums up the week and looks ahead, with the rotations that are foreseen', async () => {
    const world = await aSchedulerWorld(new Date('2027-03-08T07:00:00.000Z'));
    world.setPolicy({ digest });
    world.setRule(RULE);
    const key = aKey({ activatedAt: daysAfter(EIGHT, -60), expiresAt: daysAfter(EIGHT, 40) });
    await recordEvents(world.ledger, [{ type: 'key_issued', key }], { at: world.now() });
    await look(world, HOUR);
    const [head] = await digests(world);
    expect(head).toMatchObject({ kind: 'weekly', parts: 0, figures: { compliance: { judged: 1, percentage: 100 } } });
    expect(head?.figures?.weeks).toHaveLength(13);
    expect(head?.figures?.weeks.filter(({ expiring }) => expiring > 0)).toMatchObject([{ expiring: 1 }]);
    expect(head?.figures?.weeks.reduce((sum, { byHand }) => sum + byHand, 0)).toBe(1);
    expect((await world.ledger.outbox.due(world.now(), 9)).map(({ surface }) => surface)).toEqual(['digest_outlook']);
  });

  test('tells what lacks an owner or an end, what is too old, and what has expired with nothing in its place', async () => {
    const world = await aMorning([
      { owner: null },
      { owner: 'group:gone', expiresAt: daysAfter(EIGHT, 80) },
      { expiresAt: null, activatedAt: EIGHT },
      { expiresAt: daysAfter(EIGHT, 80), activatedAt: daysAfter(EIGHT, -120) },
      { expiresAt: daysAfter(EIGHT, -2), state: 'expired' },
      { expiresAt: daysAfter(EIGHT, -3), state: 'revoked', revokedAt: EIGHT },
    ]);
    world.setRule({ ...RULE, maxAgeDays: 100 });
    await look(world, HOUR);
    const made = await world.ledger.read.digest('dig-2027-03-10');
    expect(made?.items.map(({ key, section, note }) => [key, section, note])).toEqual([
      ['key-4', 'expired', null],
      ['key-0', 'days_7', null],
      ['key-1', 'missing_owner', 'policy.yaml does not know group:gone'],
      ['key-2', 'missing_expiry', null],
      ['key-3', 'too_old', '120 days old, 100 allowed'],
    ]);
  });
});

describe('what of a digest came through', () => {
  async function posted(world: SchedulerWorld): Promise<void> {
    for (const message of await world.ledger.outbox.due(world.now(), 50)) {
      const ts = `${world.now().getTime() / 1_000}.000100`;
      await world.ledger.outbox.sent(message, { channel: 'C1', ts, version: message.version });
    }
  }

  test('is written down when Slack has taken it: to the channel, which counts for the owner, and to the owner', async () => {
    const world = await aMorning();
    await look(world, HOUR);
    expect(await world.ledger.read.impressionsOf(KeyId.parse('key-0'))).toEqual([]);
    await posted(world);
    const [one, other] = [await world.open(), await world.open()];
    world.pass(MINUTE);
    await Promise.all([one.scheduler.tick(), other.scheduler.tick()]);
    expect(await world.ledger.read.impressionsOf(KeyId.parse('key-0'))).toMatchObject([
      { to: null, owners: [carol] },
      { to: carol, owners: [carol] },
    ]);
  });

  test('is an alarm when nothing has within an hour, told once', async () => {
    const world = await aMorning();
    await look(world, HOUR);
    await look(world, 59 * MINUTE);
    expect(await alarms(world)).toEqual([]);
    await look(world, 2 * MINUTE);
    await look(world, HOUR);
    expect(await alarms(world)).toEqual([
      '2 of 2 messages of the digest of 2027-03-10 have reached nobody within an hour: Slack was not reached. They are tried again until Slack takes them; until then: rekey digest show.',
    ]);
  });
});

describe('a claim of which nothing came', () => {
  const key = KeyId.parse('key-0');
  const claim = { id: 'clm-1', key, by: alice, at: EIGHT, until: daysAfter(EIGHT, 1), lacked: [], end: null };

  test('is released when its time is over, and the claimant is told', async () => {
    const world = await aMorning();
    await recordEvents(world.ledger, [{ type: 'digest_key_claimed', claim }], { at: EIGHT });
    await look(world, DAY - MINUTE);
    expect(await world.ledger.read.openExpiryClaim(key)).toMatchObject({ by: alice });
    const processes = await Promise.all([world.open(), world.open()]);
    world.pass(MINUTE);
    await Promise.all(processes.map(({ scheduler }) => scheduler.tick()));
    expect(await world.ledger.read.expiryClaimsOf(key)).toMatchObject([{ end: { how: 'released' } }]);
    const told = (await world.ledger.outbox.due(world.now(), 50)).filter(({ surface }) => surface === 'digest_claim');
    expect(told.map(({ channel }) => channel)).toEqual(['person:alice']);
  });

  test('is done when a rotation was planned by then, and nobody is told', async () => {
    const world = await aMorning();
    await recordEvents(world.ledger, [{ type: 'digest_key_claimed', claim }], { at: EIGHT });
    const { rotations } = await world.open();
    await rotations.request({
      actor: 'person:alice',
      channel: 'slack',
      dedupe: { source: 'slack', id: 'trigger-1' },
      key,
      mode: 'planned',
      graceHours: null,
      notBefore: daysAfter(EIGHT, 3),
      reason: 'It expires.',
      override: null,
      deliver: { to: 'registered' },
    });
    await look(world, DAY);
    expect(await world.ledger.read.expiryClaimsOf(key)).toMatchObject([{ end: { how: 'done' } }]);
    expect((await world.ledger.outbox.due(world.now(), 50)).map(({ surface }) => surface)).not.toContain(
      'digest_claim',
    );
  });
});
