import { describe, expect, test } from 'vitest';
import type { LedgerEvent } from '../../../src/domain/event.ts';
import type { Policy } from '../../../src/domain/policy.ts';
import { dayOf } from '../../../src/domain/schedule.ts';
import { zonedParts } from '../../../src/domain/zoned.ts';
import { openFollowUps } from '../../../src/engine/follow-ups/follow-ups.ts';
import { aFollowUp, anIncident, bob, carol, DAY, daysAfter, HOUR, NOON } from '../../support/builders.ts';
import { from } from '../../support/engine-world.ts';
import { summaryPosted } from '../../support/follow-ups.ts';
import { BEGINNING, recordEvents } from '../../support/ledger-file.ts';
import { aSchedulerWorld } from '../../support/scheduler-world.ts';

const incident = anIncident().id;
const BERLIN = 'Europe/Berlin';
const reviews = {
  by: ['group:security'],
  at: '09:00',
  weekly: { weekday: 'mon', also: [{ id: 'plants', ask: 'The plants in the vault were watered' }] },
  monthly: { weekday: 'tue', also: [] },
  quarterly: { weekday: 'wed', also: [] },
} satisfies Policy['reviews'];

/** A process that looks at the clock once a day, at one in Berlin, and an incident with its ledger. */
async function aWorld(policy: Partial<Policy> = {}) {
  const world = await aSchedulerWorld();
  world.setPolicy(policy);
  await recordEvents(world.ledger, BEGINNING);
  const { scheduler, deps } = await world.open();
  const followUps = openFollowUps(deps);
  const live = async (days: number, everyHours = 24) => {
    for (let hours = 0; hours < days * 24; hours += everyHours) {
      world.pass(everyHours * HOUR);
      await scheduler.tick();
    }
  };
  const { ledger } = world;
  const lines = async (action: string) =>
    (await ledger.read.audit({ limit: 1_000 })).filter((line) => line.action === action).reverse();
  const add = (overrides: Parameters<typeof aFollowUp>[0] = {}) =>
    recordEvents(ledger, [{ type: 'follow_up_added', followUp: aFollowUp(overrides) }]);
  const nagged = async () =>
    (await lines('person_nagged')).map(({ at, details }) => ({ at, ...JSON.parse(details).nag }));
  return { ...world, ledger, followUps, live, lines, add, nagged };
}

describe('reminders', () => {
  test('come before the day, on it and every week, to the owner and later to others, and end when it is done', async () => {
    const { add, live, nagged, followUps } = await aWorld();
    await add();
    await live(45);
    const sent = await nagged();
    const mine = sent.filter(({ person }) => person === 'carol');
    expect(mine.map(({ day }) => day)).toEqual([
      '2027-03-15',
      '2027-03-17',
      '2027-03-24',
      '2027-03-31',
      '2027-04-07',
      '2027-04-14',
      '2027-04-21',
    ]);
    const others = sent.filter(({ person }) => person !== 'carol');
    expect(others.map(({ day, person }) => `${day} ${person}`)).toEqual([
      '2027-04-07 alice',
      '2027-04-07 bob',
      '2027-04-14 alice',
      '2027-04-14 bob',
      '2027-04-21 alice',
      '2027-04-21 bob',
    ]);
    await followUps.done({ ...from(carol), followUp: 'fup-1', person: carol, note: 'merged' });
    await live(30);
    expect(await nagged()).toHaveLength(sent.length);
  });

  test('come on weekdays in working hours, and never in quiet hours', async () => {
    const team = {
      slack_teams: ['T0TEAM'],
      time_zone: BERLIN,
      incident_channel: 'C0INCIDENTS',
      quiet_hours: { from: '09:00', to: '14:00' },
    };
    const { add, live, nagged } = await aWorld({ team });
    for (let day = 1; day <= 14; day++)
      await add({ id: `fup-${day}`, rule: null, dueAt: daysAfter(NOON, day), owner: day % 2 ? 'carol' : 'bob' });
    await live(18, 3);
    const sent = await nagged();
    expect(sent.length).toBeGreaterThan(10);
    for (const { at } of sent) {
      const { hour, weekday } = zonedParts(at, BERLIN);
      expect(['Sat', 'Sun']).not.toContain(weekday);
      expect(hour).toBeGreaterThanOrEqual(14);
      expect(hour).toBeLessThan(17);
    }
  });

  test('are one message a day for one person, with everything in it', async () => {
    const { add, live, nagged } = await aWorld();
    for (let nth = 1; nth <= 60; nth++)
      await add({ id: `fup-${nth}`, rule: null, dueAt: daysAfter(NOON, 1 + (nth % 5)) });
    await live(20);
    const sent = (await nagged()).filter(({ person }) => person === 'carol');
    const days = sent.map(({ day }) => day);
    expect(new Set(days).size).toBe(days.length);
    expect(Math.max(...sent.map(({ items }) => items.length))).toBeGreaterThan(10);
  });

  test('are sent once although several processes look at the same clock', async () => {
    const world = await aWorld();
    await world.add({ dueAt: daysAfter(NOON, 1) });
    const others = [await world.open(), await world.open()];
    world.pass(DAY + HOUR);
    await Promise.all(others.map(({ scheduler }) => scheduler.tick()));
    expect((await world.nagged()).filter(({ person }) => person === 'carol')).toHaveLength(1);
  });

  test('begin anew when the date is moved', async () => {
    const { add, live, nagged, followUps } = await aWorld();
    await add({ dueAt: daysAfter(NOON, 1) });
    await live(2);
    expect(await nagged()).toHaveLength(1);
    const reason = 'the vendor is late';
    await followUps.move({ ...from(carol), followUp: 'fup-1', person: carol, dueAt: daysAfter(NOON, 21), reason });
    await live(14);
    expect(await nagged()).toHaveLength(1);
    await live(7);
    expect((await nagged()).map(({ items }) => items[0].nth)).toEqual([2, 1, 2]);
  });
});

describe('a retrospective', () => {
  test('is asked of whoever led it three working days after the close, every week until it is published, and then never again', async () => {
    const { ledger, live, nagged, followUps, lines, now } = await aWorld();
    const given = {
      type: 'incident_role_given',
      incident,
      role: 'commander',
      person: bob,
      number: 1,
      before: null,
      reason: '',
    } as const;
    await recordEvents(ledger, [given, { type: 'incident_closed', incident, openPoints: [] }], { incident });
    await live(20);
    expect(await ledger.read.retrospective(incident)).toMatchObject({ people: ['bob'], published: null });
    const asked = await nagged();
    expect(asked.map(({ day, person }) => `${day} ${person}`)).toEqual([
      '2027-03-15 bob',
      '2027-03-22 bob',
      '2027-03-29 bob',
    ]);
    await followUps.publish({ ...from(bob), incident, person: bob, words: 'https://wiki.example.com/7' });
    await live(40);
    expect(await nagged()).toHaveLength(asked.length);
    expect(await lines('retrospective_due')).toHaveLength(1);
    expect((await ledger.read.retrospective(incident))?.published).toMatchObject({
      by: 'bob',
      words: 'https://wiki.example.com/7',
    });
    expect(now().getTime()).toBeGreaterThan(NOON.getTime());
  });

  test('is asked of the owner of the key where nobody led', async () => {
    const { ledger, live } = await aWorld();
    await recordEvents(ledger, [{ type: 'incident_closed', incident, openPoints: [] }], { incident });
    await live(1);
    expect((await ledger.read.retrospective(incident))?.people).toEqual(['carol']);
  });

  test('is not asked for while the incident is open', async () => {
    const { ledger, live } = await aWorld();
    await recordEvents(ledger, [{ type: 'incident_closed', incident, openPoints: ['Nobody was told.'] }], { incident });
    await live(10);
    expect(await ledger.read.retrospective(incident)).toBeNull();
  });
});

test('a summary is drawn again once for what was learned since, and the posted one stays', async () => {
  const { ledger, live, followUps, add, lines } = await aWorld();
  const closed: LedgerEvent = { type: 'incident_closed', incident, openPoints: [] };
  await recordEvents(ledger, [summaryPosted(incident, '# as it was posted'), closed], { incident });
  await add();
  await live(3);
  expect(await lines('summary_redrawn')).toHaveLength(1);
  await live(5);
  expect(await lines('summary_redrawn')).toHaveLength(1);
  await followUps.done({ ...from(carol), followUp: 'fup-1', person: carol, note: 'merged' });
  await live(2);
  expect(await lines('summary_redrawn')).toHaveLength(2);
  const [first, , third] = await ledger.read.summariesOf(incident);
  expect(first).toMatchObject({ posted: true, markdown: '# as it was posted' });
  expect(third).toMatchObject({ version: 3, posted: false });
  expect(third?.markdown).toContain('Done by carol');
  expect(await ledger.verifyTables()).toMatchObject({ whole: true });
});

test('of a summary no version is kept because somebody was refused something', async () => {
  const { ledger, live, lines, now } = await aWorld();
  await recordEvents(ledger, [summaryPosted(incident, '# as it was posted')], { incident });
  await live(2);
  const { length } = await lines('summary_redrawn');
  const refused = { type: 'request_refused', what: 'close it', code: 'not_allowed', sentence: 'No.' } as const;
  for (let hour = 0; hour < 3; hour++) {
    await recordEvents(ledger, [refused], { incident, at: now() });
    await live(1);
  }
  expect(await lines('summary_redrawn')).toHaveLength(length);
});

describe('reviews', () => {
  test('are opened on their days over a quarter, each once, and look back on everything since the last one', async () => {
    const { ledger, live, lines } = await aWorld({ reviews });
    await live(60);
    const opened = await lines('review_opened');
    expect(opened.map(({ subject }) => subject)).toEqual([
      'review:rev-weekly-2027-03-15',
      'review:rev-weekly-2027-03-22',
      'review:rev-weekly-2027-03-29',
      'review:rev-weekly-2027-04-05',
      'review:rev-monthly-2027-04-06',
      'review:rev-quarterly-2027-04-07',
      'review:rev-weekly-2027-04-12',
      'review:rev-weekly-2027-04-19',
      'review:rev-weekly-2027-04-26',
      'review:rev-weekly-2027-05-03',
      'review:rev-monthly-2027-05-04',
    ]);
    const monthly = await ledger.read.review('rev-monthly-2027-05-04');
    expect([monthly?.fromAt, monthly?.toAt].map((at) => at && dayOf(at, BERLIN))).toEqual(['2027-04-06', '2027-05-04']);
  });

  test('are none where policy.yaml has none, and only the kinds that stand there', async () => {
    const off = await aWorld();
    await off.live(40);
    expect(await off.lines('review_opened')).toEqual([]);
    const monthly = await aWorld({ reviews: { ...reviews, weekly: undefined, quarterly: undefined } });
    await monthly.live(40);
    expect((await monthly.lines('review_opened')).map(({ subject }) => subject)).toEqual([
      'review:rev-monthly-2027-04-06',
    ]);
  });

  test('say what the ledger knows, ask people the rest, and end when somebody has looked at everything', async () => {
    const { ledger, live, followUps, add } = await aWorld({ reviews });
    await add({ dueAt: daysAfter(NOON, 1) });
    await live(6);
    const review = await ledger.read.review('rev-weekly-2027-03-15');
    const item = (id: string) => review?.items.find((one) => one.id === id);
    expect(item('follow-ups')?.found).toEqual({ verdict: 'look', sentence: '1: carol: Route the warnings.' });
    expect(item('expiring')?.found).toMatchObject({
      verdict: 'look',
      sentence: expect.stringContaining('payments-prod v3 (expired)'),
    });
    expect(item('break-glass')?.found).toEqual({ verdict: 'fine', sentence: 'None waits for a review.' });
    expect(item('failed-rotations-owned')?.found).toBeNull();
    expect(item('own-plants')).toMatchObject({ point: 'The plants in the vault were watered', found: null });
    const tick = (...items: string[]) =>
      followUps.tick({ ...from(bob), review: 'rev-weekly-2027-03-15', person: bob, items, note: '' });
    await expect(tick('break-glass')).rejects.toThrow('nobody has to tick it');
    const open = review?.items.filter(({ found }) => found?.verdict !== 'fine').map(({ id }) => id) ?? [];
    const [first = '', ...rest] = open;
    await tick(first);
    await expect(tick(first)).rejects.toThrow('bob ticked');
    expect((await ledger.read.review('rev-weekly-2027-03-15'))?.finishedAt).toBeNull();
    expect((await tick(...rest)).finishedAt).not.toBeNull();
    const mallory = { ...from(carol), review: 'rev-weekly-2027-03-15', items: [first], note: '' };
    await expect(followUps.tick({ ...mallory, person: bob, items: ['nonsense'] })).rejects.toThrow(
      'no point "nonsense"',
    );
  });

  test('that nobody finished are reminded of once, and stand in the next one', async () => {
    const { ledger, live, lines } = await aWorld({ reviews: { ...reviews, monthly: undefined, quarterly: undefined } });
    await live(13);
    expect((await lines('review_nagged')).map(({ at }) => dayOf(at, BERLIN))).toEqual(['2027-03-17']);
    const next = await ledger.read.review('rev-weekly-2027-03-22');
    expect(next?.leftOver).toMatchObject({ review: 'rev-weekly-2027-03-15' });
    expect(next?.leftOver?.open).toContain('Every failed rotation has somebody who carries it on');
  });

  test('are ticked by nobody whom policy.yaml does not name', async () => {
    const { live, followUps } = await aWorld({ reviews: { ...reviews, by: ['bob'] } });
    await live(6);
    const press = { ...from(carol), review: 'rev-weekly-2027-03-15', person: carol, items: ['debt'], note: '' };
    await expect(followUps.tick(press)).rejects.toThrow('Who may: bob');
  });
});
