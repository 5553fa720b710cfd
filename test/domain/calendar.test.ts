import { expect, it } from 'vitest';
import { type Forecast, forecast } from '../../src/domain/calendar.ts';
import { KeyId } from '../../src/domain/ids.ts';
import type { Key } from '../../src/domain/key.ts';
import { aClassRule, aKey, aPolicy, aRotation, daysAfter, NOON } from '../support/builders.ts';

const rule = aClassRule();

function calendar(overrides: Partial<Forecast>) {
  const asked = { now: NOON, days: 90, policy: aPolicy(), scheduled: [], aging: [], ...overrides };
  return forecast(asked).map(({ day, rows, isFull }) => [
    day,
    rows.map(({ how, key }) => `${how} ${key.slug}`),
    isFull,
  ]);
}

function old(slug: string, ageDays: number): Key {
  return aKey({ id: KeyId.parse(`key-${slug}`), slug, activatedAt: daysAfter(NOON, -ageDays), expiresAt: null });
}

it('shows on which of the next 90 days which keys are rotated, and by whom', () => {
  expect(
    calendar({
      scheduled: [{ rotation: aRotation({ scheduledAt: daysAfter(NOON, 2) }), key: aKey(), rule }],
      aging: [
        { key: old('soon', 80), rule, alone: true },
        { key: old('overdue', 400), rule, alone: true },
        { key: old('by-hand', 400), rule, alone: false },
        { key: old('young', 0), rule, alone: true },
      ],
    }),
  ).toEqual([
    ['2027-03-10', ['by_hand by-hand'], false],
    ['2027-03-11', ['expected overdue'], false],
    ['2027-03-12', ['scheduled payments-prod'], false],
    ['2027-03-20', ['expected soon'], false],
  ]);
});

it('levels the days as the schedule will, and says which are full', () => {
  const policy = aPolicy({ rotations: { minimum_interval_hours: 24, spike_in_7_days: 3, most_per_day: 1 } });
  const aging = ['a', 'b', 'c'].map((slug) => ({ key: old(slug, 100), rule, alone: true }));
  expect(calendar({ policy, aging })).toEqual([
    ['2027-03-11', ['expected a'], true],
    ['2027-03-12', ['expected b'], true],
    ['2027-03-13', ['expected c'], true],
  ]);
});
