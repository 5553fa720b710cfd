import { expect, test } from 'vitest';
import { afterWrongTry, isLocked, NO_TRIES, type Tries, withWrongTry } from '../../src/domain/second-factor.ts';
import { minutesAfter, NOON } from '../support/builders.ts';

const at = (...minutes: number[]): Tries => ({ ...NO_TRIES, failedAt: minutes.map((one) => minutesAfter(NOON, one)) });

test.each<[string, Tries, number, object]>([
  ['the first', NO_TRIES, 0, { kind: 'failed', left: 4 }],
  ['the fourth', at(0, 1, 2), 3, { kind: 'failed', left: 1 }],
  ['the fifth', at(0, 1, 2, 3), 4, { kind: 'locked', until: minutesAfter(NOON, 19) }],
  ['the fifth, when the first is ten minutes old', at(0, 1, 2, 3), 10, { kind: 'failed', left: 1 }],
  ['the fifth, a moment before', at(0.01, 1, 2, 3), 10, { kind: 'locked', until: minutesAfter(NOON, 25) }],
  ['after a clock that was set back', at(20, 21, 22, 23), 0, { kind: 'locked', until: minutesAfter(NOON, 15) }],
  ['the second lock', { ...at(0, 0, 0, 0), locks: 1 }, 0, { kind: 'locked', until: minutesAfter(NOON, 30) }],
  ['the third lock', { ...at(0, 0, 0, 0), locks: 2 }, 0, { kind: 'locked', until: minutesAfter(NOON, 60) }],
  ['a lock after many', { ...at(0, 0, 0, 0), locks: 90 }, 0, { kind: 'locked', until: minutesAfter(NOON, 1_440) }],
])('%s wrong code', (_, tries, minute, expected) => {
  expect(afterWrongTry(tries, minutesAfter(NOON, minute))).toEqual(expected);
});

test('what is too old to count is not kept', () => {
  expect(withWrongTry(at(0, 5), minutesAfter(NOON, 12))).toEqual([minutesAfter(NOON, 5), minutesAfter(NOON, 12)]);
});

test('a lock is over at its end and not before', () => {
  const lock = { lockedUntil: minutesAfter(NOON, 15) };
  expect([0, 14.99, 15].map((minute) => isLocked(lock, minutesAfter(NOON, minute)))).toEqual([true, true, false]);
  expect(isLocked({ lockedUntil: null }, NOON)).toBe(false);
});
