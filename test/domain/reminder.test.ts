import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { digestAt, ladderFor, nextDigestAt } from '../../src/domain/reminder.ts';
import { zonedInstant, zonedParts } from '../../src/domain/zoned.ts';
import { aKey, aReminder, DAY, daysAfter, NOON } from '../support/builders.ts';

const ZONES = ['UTC', 'Europe/Berlin', 'America/St_Johns', 'Pacific/Auckland', 'Asia/Kathmandu'];

describe('the warning ladder (S2-14)', () => {
  test.each([
    ['as configured, longest first', 90, [1, 7, 30], [30, 7, 1]],
    ['without the day itself, which is no warning', 90, [30, 14, 7, 3, 1, 0], [30, 14, 7, 3, 1]],
    ['without steps longer than the key lives', 20, [30, 14, 7], [14, 7]],
    ['a third of its life for a key that lives shorter than every step', 6, [30, 14, 7], [2]],
  ])('%s', (_case, lifeDays, configured, ladder) => {
    const key = aKey({ createdAt: NOON, expiresAt: daysAfter(NOON, lifeDays) });
    expect(ladderFor(key, configured)).toEqual(ladder);
  });

  test('is empty for a key without an expiry', () => {
    expect(ladderFor(aKey({ expiresAt: null }), [30])).toEqual([]);
  });
});

describe('the next digest', () => {
  test.each([
    ['the same morning', '2027-03-10T07:00:00Z', '2027-03-10T08:00:00.000Z'],
    ['at nine sharp', '2027-03-10T08:00:00Z', '2027-03-10T08:00:00.000Z'],
    ['the next morning', '2027-03-10T08:00:01Z', '2027-03-11T08:00:00.000Z'],
    ['over the weekend, across the change to summer time', '2027-03-26T12:00:00Z', '2027-03-29T07:00:00.000Z'],
    ['over the end of a year', '2027-12-31T12:00:00Z', '2028-01-03T08:00:00.000Z'],
  ])('comes %s', (_case, from, expected) => {
    expect(nextDigestAt(new Date(from), 'Europe/Berlin').toISOString()).toBe(expected);
  });

  test('is never before it is asked for, never on a weekend, and at nine on the wall, in every zone', () => {
    const instants = fc.date({ min: new Date('2025-01-01'), max: new Date('2035-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(instants, fc.constantFrom(...ZONES), (from, zone) => {
        const at = nextDigestAt(from, zone);
        const wall = zonedParts(at, zone);
        expect(at.getTime()).toBeGreaterThanOrEqual(from.getTime());
        expect(at.getTime() - from.getTime()).toBeLessThanOrEqual(4 * DAY);
        expect(['Sat', 'Sun']).not.toContain(wall.weekday);
        expect([wall.hour, wall.minute, wall.second]).toEqual([9, 0, 0]);
      }),
    );
  });

  test('an hour that summer time leaves out becomes the one after it', () => {
    const at = zonedInstant({ year: 2027, month: 3, day: 28, hour: 2 }, 'Europe/Berlin');
    expect(zonedParts(at, 'Europe/Berlin')).toMatchObject({ day: 28, hour: 3 });
  });
});

describe('what the digest of a day tells', () => {
  const key = aKey({ expiresAt: daysAfter(NOON, 30) });
  const reminders = new Map([[key.id, aReminder()]]);

  test.each([
    [0, 'carol: payments-prod v3 expires in 30 days'],
    [29, 'carol: payments-prod v3 expires in 1 day ('],
    [31, 'carol: payments-prod v3 has expired'],
  ])('after %i days: %s', (days, sentence) => {
    const [row] = digestAt(daysAfter(NOON, days), [key], reminders);
    expect(row?.sentence).toContain(sentence);
    expect(row).toMatchObject({ owner: 'carol', channel: 'C0KEYS', slug: 'payments-prod' });
  });

  test('nothing before the first warning step', () => {
    expect(digestAt(new Date(NOON.getTime() - 1), [key], reminders)).toEqual([]);
  });

  test('nothing of a key that nobody set a reminder for', () => {
    expect(digestAt(daysAfter(NOON, 29), [key], new Map())).toEqual([]);
  });

  test('the most urgent first', () => {
    const sooner = aKey({ id: 'key-other' as never, slug: 'other', expiresAt: daysAfter(NOON, 2) });
    const rows = digestAt(NOON, [key, sooner], new Map([...reminders, [sooner.id, aReminder({ key: sooner.id })]]));
    expect(rows.map((row) => row.slug)).toEqual(['other', 'payments-prod']);
  });
});
