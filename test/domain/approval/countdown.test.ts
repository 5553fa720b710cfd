import { expect, test } from 'vitest';
import { halfTime, leftText } from '../../../src/domain/approval/countdown.ts';
import { minutesAfter, NOON } from '../../support/builders.ts';

test.each([
  [9, 'in 9 min'],
  [9.99, 'in 9 min'],
  [1, 'in 1 min'],
  [0.5, 'in less than a minute'],
  [0, 'over'],
  [-3, 'over'],
  [60, 'in 1 h'],
  [125, 'in 2 h 5 min'],
  [24 * 60 + 65, 'in 1 d 1 h'],
])('with %d minutes left a card says "%s", and never more than what is left', (minutes, words) => {
  expect(leftText(minutesAfter(NOON, minutes), NOON)).toBe(words);
});

test('a card is drawn again at half of the time, once', () => {
  const approval = { createdAt: NOON, expiresAt: minutesAfter(NOON, 10) };
  expect(halfTime(approval, NOON)).toEqual(minutesAfter(NOON, 5));
  expect(halfTime(approval, minutesAfter(NOON, 4.99))).toEqual(minutesAfter(NOON, 5));
  expect(halfTime(approval, minutesAfter(NOON, 5))).toBeNull();
});
