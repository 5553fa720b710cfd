import { expect, test } from 'vitest';
import { firstWeek, isWeekDone } from '../../src/domain/first-week.ts';

const DONE = { keys: 16, withoutOwner: 0, withoutExpiry: 0, rotated: true, rotatedWithCare: true, drilled: true };
const SET = { alertConfigured: true, rulesApprove: true };

test('a week is done when the ledger shows all of it', () => {
  const week = firstWeek(DONE, SET);
  expect(isWeekDone(week)).toBe(true);
  expect(week[0]?.fact).toBe('16 keys registered, owners on all');
  expect(week[2]?.fact).toBe('first rotation done');
});

test.each([
  ['no key', 0, { keys: 0 }, 'no key is registered yet'],
  ['a key without an owner', 0, { withoutOwner: 2 }, '16 keys registered, 2 without an owner'],
  ['a key without an end', 1, { withoutExpiry: 1 }, '1 without an expiry'],
  ['no rotation', 2, { rotated: false }, 'no rotation is completed yet'],
  ['nothing tried with care', 3, { rotatedWithCare: false }, 'neither a healthy canary'],
  ['no drill', 4, { drilled: false }, 'no drill was passed yet'],
] as const)('with %s its day is open and says what is missing', (_what, day, missing, words) => {
  const week = firstWeek({ ...DONE, ...missing }, SET);
  expect(week[day]?.done).toBe(false);
  expect(week[day]?.fact).toContain(words);
  expect(isWeekDone(week)).toBe(false);
});

test('a warning that policy.yaml does not configure keeps the second day open', () => {
  const [, second] = firstWeek(DONE, { ...SET, alertConfigured: false });
  expect(second).toMatchObject({ done: false, fact: 'expiry on all, no alerts.key_expiring_soon in policy.yaml' });
});
