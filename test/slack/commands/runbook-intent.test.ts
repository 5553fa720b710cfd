import { expect, test } from 'vitest';
import { runbookIntent } from '../../../src/slack/commands/runbook-intent.ts';

const plan = (runbook: string, key: string | null, inputs = {}) => ({ kind: 'plan', runbook, key, inputs });

test.each([
  ['', { kind: 'help' }],
  ['help', { kind: 'help' }],
  ['list', { kind: 'list' }],
  ['plan R-KEY-EXPIRY', plan('R-KEY-EXPIRY', null)],
  ['plan r-key-expiry payments-prod', plan('R-KEY-EXPIRY', 'payments-prod')],
  ['R-ROTATE payments-prod', plan('R-ROTATE', 'payments-prod')],
  ['plan R-ROTATE payments-prod mode=exploited', plan('R-ROTATE', 'payments-prod', { mode: 'exploited' })],
  ['plan R-X note="two words = one" stripe', plan('R-X', 'stripe', { note: 'two words = one' })],
])('/runbook %s is understood', (typed, intent) => {
  expect(runbookIntent(typed)).toEqual(intent);
});

test.each([
  ['plam R-X', /not "plam".*Did you mean plan\?.*Type for instance: \/runbook plan/],
  ['plan', /id of the runbook is missing/],
  ['plan R-X one two', /"two" is one word too many/],
  ['list all', /"all" is one word too many/],
])('/runbook %s is refused with what to type instead', (typed, sentence) => {
  expect(() => runbookIntent(typed)).toThrow(sentence);
});

test('what may be a pasted key is not said again', () => {
  expect(() => runbookIntent('s3cr3t/+material=')).not.toThrow(/s3cr3t/);
});
