import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { claimUntil, hasProgress } from '../../../src/domain/digest/claim.ts';
import { reachedBy, shownSentence } from '../../../src/domain/digest/shown.ts';
import { assertSnooze, latestSnooze, snoozeChoices, snoozeEnd } from '../../../src/domain/digest/snooze.ts';
import { assertUnused } from '../../../src/domain/digest/unused.ts';
import { aClassRule, aKey, alice, carol, DAY, daysAfter, HOUR, NOON } from '../../support/builders.ts';

const rule = aClassRule({ leadHours: 24 });
const ends = (inDays: number) => aKey({ expiresAt: daysAfter(NOON, inDays) });

describe('a snooze', () => {
  test('ends at the beginning of a day of the team, so that the digest of that morning has the key again', () => {
    expect(snoozeEnd(1, NOON, 'Europe/Berlin').toISOString()).toBe('2027-03-10T23:00:00.000Z');
    // Through the change to summer time, which makes a day of 23 hours.
    expect(snoozeEnd(1, new Date('2027-03-27T12:00:00Z'), 'Europe/Berlin').toISOString()).toBe(
      '2027-03-27T23:00:00.000Z',
    );
    expect(snoozeEnd(2, new Date('2027-03-27T12:00:00Z'), 'Europe/Berlin').toISOString()).toBe(
      '2027-03-28T22:00:00.000Z',
    );
  });

  test.each([
    ['a key with three days left can have one day', 3, [1]],
    ['one with ten days a week', 10, [1, 3, 7]],
    ['one with a day left none', 1, []],
    ['one that has expired none', -1, []],
  ])('%s', (_what, left, days) => {
    expect(snoozeChoices(ends(left), { rule, now: NOON, timeZone: 'UTC' }).map((one) => one.days)).toEqual(days);
  });

  test('is refused with the reason and the latest date', () => {
    expect(() => assertSnooze(ends(3), daysAfter(NOON, 7), { rule, now: NOON })).toThrow(
      'payments-prod v3 can be snoozed until 2027-03-12 12:00:00 UTC at the latest: it expires at 2027-03-13 12:00:00 UTC, and its rotation is announced 24 hours ahead. You asked for 2027-03-17 12:00:00 UTC.',
    );
    expect(() => assertSnooze(ends(0.5), daysAfter(NOON, 1), { rule, now: NOON })).toThrow(
      'cannot be snoozed any more',
    );
  });

  test('never reaches beyond the expiry less the lead time', () => {
    const any = fc.record({
      left: fc.double({ min: -10, max: 40, noNaN: true }),
      days: fc.integer({ min: 1, max: 60 }),
      lead: fc.integer({ min: 0, max: 240 }),
    });
    fc.assert(
      fc.property(any, ({ left, days, lead }) => {
        const [key, of] = [ends(left), aClassRule({ leadHours: lead })];
        const until = snoozeEnd(days, NOON, 'America/New_York');
        const taken = (() => {
          try {
            assertSnooze(key, until, { rule: of, now: NOON });
            return true;
          } catch {
            return false;
          }
        })();
        expect(taken).toBe(until > NOON && until <= latestSnooze(key, of, NOON));
        if (taken) expect(until.getTime()).toBeLessThanOrEqual(daysAfter(NOON, left).getTime() - lead * HOUR);
      }),
    );
  });
});

describe('a claim', () => {
  test.each([
    ['half of the time left', 4, 2 * DAY],
    ['at most three days', 30, 3 * DAY],
    ['at least an hour', 1 / 24, HOUR],
    ['an hour for a key that has expired', -3, HOUR],
  ])('lasts %s', (_what, left, ms) => {
    expect(claimUntil(ends(left), NOON).getTime() - NOON.getTime()).toBe(ms);
  });

  test('of a key that never ends lasts three days', () => {
    expect(claimUntil({ expiresAt: null }, NOON)).toEqual(daysAfter(NOON, 3));
  });

  test.each([
    ['a rotation', { rotating: true }, true],
    ['the end of the key', { settled: true }, true],
    ['an owner for what had none', { key: aKey({ expiresAt: null }) }, true],
    ['nothing', {}, false],
  ])('has come to something with %s', (_what, since, expected) => {
    const nothing = { rotating: false, settled: false, key: aKey({ owner: null, expiresAt: null }) };
    expect(hasProgress({ lacked: ['owner', 'expiry'] }, { ...nothing, ...since })).toBe(expected);
  });
});

describe('what an incident says of the digests before it', () => {
  const end = daysAfter(NOON, 8);
  const shown = (day: number, to: typeof carol | null = null) => ({
    digest: `dig-${day}`,
    at: daysAfter(NOON, day),
    to,
    owners: [carol],
  });
  const six = [1, 2, 3, 4, 5, 6].map((day) => shown(day));

  test('how often, when last, and who claimed it', () => {
    expect(shownSentence(six, [], end)).toBe('shown 6 times, last 2 d before, claimed by nobody');
    const claim = { by: alice, at: NOON, end: { how: 'released', at: NOON, why: '' } } as const;
    expect(shownSentence(six, [claim], end)).toContain('claimed by alice and released without progress');
  });

  test('the channel and a direct message of one morning are one time, and what came after the end is none', () => {
    expect(shownSentence([shown(1), shown(1, carol), shown(9)], [], end)).toContain('shown 1 time,');
    expect(shownSentence([shown(9)], [], end)).toBeNull();
  });

  test('the channel counts for the owner, a direct message for who got it', () => {
    expect(reachedBy([shown(1), shown(2, alice)])).toEqual(['alice', 'carol']);
  });
});

test('what was called in the last days is in use, whatever people say', () => {
  expect(() => assertUnused(aKey(), [{ caller: 'payments-worker', calls: 40, lastAt: NOON }])).toThrow(
    'payments-prod v3 is in use: payments-worker (40) called with it in the last 7 days, the last one at 2027-03-10 12:00:00 UTC.',
  );
  expect(() => assertUnused(aKey(), [])).not.toThrow();
});
