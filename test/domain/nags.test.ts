import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FollowUpSettings } from '../../src/domain/follow-up-settings.ts';
import type { PersonId } from '../../src/domain/ids.ts';
import { isEscalated, nagDue, nagsFor, retrospectiveNagDue } from '../../src/domain/nags.ts';
import { isWorkingTime, workingDaysAfter } from '../../src/domain/working-time.ts';
import { aFollowUp, alice, anIncident, bob, carol, DAY, daysAfter, HOUR, NOON } from '../support/builders.ts';

const settings = FollowUpSettings.parse({});
const WEEK = 7 * DAY;

test.each([
  ['nothing when it is added', 0, 0],
  ['nothing three days before', 4 * DAY, 0],
  ['once two days before', 5 * DAY, 1],
  ['once on its day', 7 * DAY, 2],
  ['nothing new six days later', 13 * DAY, 2],
  ['once a week after it', 14 * DAY, 3],
  ['and every week from then on', 7 * DAY + 10 * WEEK, 12],
])('a follow-up is reminded of %s', (_when, passed, nth) => {
  expect(nagDue(aFollowUp(), settings, new Date(NOON.getTime() + passed))).toBe(nth);
});

test('what is due sooner than the first reminder is not reminded of at once', () => {
  const soon = aFollowUp({ dueAt: daysAfter(NOON, 1) });
  expect(nagDue(soon, settings, new Date(NOON.getTime() + HOUR))).toBe(0);
  expect(nagDue(soon, settings, daysAfter(NOON, 1))).toBe(2);
});

test('what is over is never reminded of', () => {
  const ended = { how: 'done', by: carol, at: NOON, note: '' } as const;
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 400 }), (days) => {
      expect(nagDue(aFollowUp({ ended }), settings, daysAfter(NOON, days))).toBe(0);
    }),
  );
});

test('it comes to somebody else when it is three weeks over, and stays with its owner', () => {
  expect([2, 3, 4, 5, 6].map((nth) => isEscalated(nth, settings))).toEqual([false, false, false, true, true]);
});

test('a retrospective is asked for on its day and every week, until it is published', () => {
  const asked = { incident: anIncident().id, dueAt: daysAfter(NOON, 3), people: [bob], published: null };
  const nth = (days: number) => retrospectiveNagDue(asked, daysAfter(NOON, days));
  expect([2, 3, 9, 10, 17].map(nth)).toEqual([0, 1, 1, 2, 3]);
  expect(retrospectiveNagDue({ ...asked, published: { words: 'x', by: bob, at: NOON } }, daysAfter(NOON, 99))).toBe(0);
});

describe('over months, whenever the clock is looked at', () => {
  const followUp = aFollowUp();
  const looks = fc
    .array(fc.integer({ min: 0, max: 120 * 24 }), { maxLength: 80 })
    .map((hours) => [...hours].sort((a, b) => a - b));

  /** Plays the looks and keeps what was sent, as the ledger does. */
  function play(hours: readonly number[], doneAfterHours = Number.POSITIVE_INFINITY) {
    const sent: { person: PersonId; nth: number; hour: number; escalated: boolean }[] = [];
    for (const hour of hours) {
      const now = new Date(NOON.getTime() + hour * HOUR);
      const ended = hour >= doneAfterHours ? ({ how: 'done', by: carol, at: now, note: '' } as const) : null;
      const nags = nagsFor({
        followUps: [{ followUp: { ...followUp, ended }, owners: [carol], escalation: [alice, bob] }],
        retrospectives: [],
        sent: (_subject, _since, person) =>
          Math.max(0, ...sent.filter((one) => one.person === person).map(({ nth }) => nth)),
        settings,
        now,
      });
      for (const [person, items] of nags)
        for (const { nth, escalated } of items) sent.push({ person, nth, hour, escalated });
    }
    return sent;
  }

  test('nobody is sent the same reminder twice, and numbers only grow', () => {
    fc.assert(
      fc.property(looks, (hours) => {
        const sent = play(hours);
        const keys = sent.map(({ person, nth }) => `${person} ${nth}`);
        expect(new Set(keys).size).toBe(keys.length);
        for (const person of [alice, bob, carol]) {
          const numbers = sent.filter((one) => one.person === person).map(({ nth }) => nth);
          expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
        }
      }),
    );
  });

  test('it ends when it is done, whenever that is', () => {
    fc.assert(
      fc.property(looks, fc.integer({ min: 0, max: 120 * 24 }), (hours, done) => {
        expect(play(hours, done).every(({ hour }) => hour < done)).toBe(true);
      }),
    );
  });

  test('a look that comes late sends the newest one only', () => {
    expect(play([60 * 24])).toEqual([
      { person: 'carol', nth: 9, hour: 1_440, escalated: false },
      { person: 'alice', nth: 9, hour: 1_440, escalated: true },
      { person: 'bob', nth: 9, hour: 1_440, escalated: true },
    ]);
  });
});

test('what nobody owns comes to whom the key escalates to, from the first reminder on', () => {
  const followUp = aFollowUp({ owner: 'nobody' });
  const nags = nagsFor({
    followUps: [{ followUp, owners: [], escalation: [bob] }],
    retrospectives: [],
    sent: () => 0,
    settings,
    now: daysAfter(NOON, 5),
  });
  expect([...nags]).toEqual([['bob', [{ subject: 'fup-1', sinceAt: NOON, nth: 1, escalated: true }]]]);
});

describe('working time', () => {
  const team = { time_zone: 'Europe/Berlin' };

  test.each([
    ['a Wednesday at noon in UTC', '2027-03-10T12:00:00Z', true],
    ['before nine in Berlin', '2027-03-10T07:59:00Z', false],
    ['nine in Berlin', '2027-03-10T08:00:00Z', true],
    ['five in the afternoon', '2027-03-10T16:00:00Z', false],
    ['a Saturday', '2027-03-13T12:00:00Z', false],
    ['nine in summer time', '2027-03-29T07:00:00Z', true],
  ])('%s', (_when, at, is) => {
    expect(isWorkingTime(new Date(at), team)).toBe(is);
  });

  test('is over in quiet hours', () => {
    const quiet = { ...team, quiet_hours: { from: '12:00', to: '14:00' } };
    expect(isWorkingTime(NOON, quiet)).toBe(false);
    expect(isWorkingTime(new Date('2027-03-10T13:30:00Z'), quiet)).toBe(true);
  });

  test.each([
    ['a Wednesday', '2027-03-10T12:00:00Z', '2027-03-15T08:00:00.000Z'],
    ['a Friday', '2027-03-12T12:00:00Z', '2027-03-17T08:00:00.000Z'],
    ['a Sunday', '2027-03-14T12:00:00Z', '2027-03-17T08:00:00.000Z'],
    ['before summer time', '2027-03-25T12:00:00Z', '2027-03-30T07:00:00.000Z'],
  ])('three working days after %s are counted without the weekend', (_day, from, to) => {
    expect(workingDaysAfter(new Date(from), 3, 'Europe/Berlin').toISOString()).toBe(to);
  });
});
