import { expect, test } from 'vitest';
import { reviewDue, widenedBy } from '../../src/domain/runbook-version.ts';
import { daysAfter, NOON } from '../support/builders.ts';

test.each([
  [{}, {}, []],
  [{ sinks: ['file'] }, { sinks: ['file'] }, []],
  [{ sinks: ['file', 'webhook'] }, { sinks: ['file'] }, []],
  [{ sinks: ['file'] }, { sinks: ['webhook'] }, ['sinks: webhook']],
  [{}, { hosts: ['a.example'], providers: ['ledger'] }, ['hosts: a.example', 'providers: ledger']],
])('from %j to %j is wider by %j', (before, after, wider) => {
  expect(widenedBy(before, after)).toEqual(wider);
});

const runbook = { runbook: 'R-TEST', reviewBy: NOON.toISOString().slice(0, 10) };

test('nothing is due on the day of the review itself, with a fresh proof', () => {
  expect(reviewDue(runbook, { at: NOON }, NOON)).toBeNull();
});

test('the owner hears of every reason at once', () => {
  expect(reviewDue(runbook, null, daysAfter(NOON, 1))).toBe(
    `R-TEST needs a look: it was to be reviewed by ${runbook.reviewBy}, and it was never proven by a drill.`,
  );
});

test('a proof is too old after 90 days', () => {
  const far = { ...runbook, reviewBy: '2999-01-01' };
  expect(reviewDue(far, { at: NOON }, daysAfter(NOON, 90))).toBeNull();
  expect(reviewDue(far, { at: NOON }, daysAfter(NOON, 91))).toContain('last proven');
});
