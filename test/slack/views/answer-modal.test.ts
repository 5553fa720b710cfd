import { expect, test } from 'vitest';
import { answerModal } from '../../../src/slack/views/ask-modal.ts';
import { anAsk } from '../../support/builders.ts';

test.each([
  ['ends', 'No takes back what can be taken back and ends the run.'],
  ['goes_on', 'The step fails, and the run goes on without it.'],
  ['waits', 'Not yet: the question stays open.'],
] as const)('whoever answers reads what a no leads to: %s', (no, text) => {
  const modal = answerModal({ ...anAsk({ evidence: 'text' }), no });
  expect(JSON.stringify(modal.blocks)).toContain(text);
});
