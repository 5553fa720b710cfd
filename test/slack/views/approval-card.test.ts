import { expect, test } from 'vitest';
import { approvalCard, whenLessIsLeft } from '../../../src/slack/views/approval-card.ts';
import { approvalReminder } from '../../../src/slack/views/approval-reminder.ts';
import { breakGlassCard, whenReviewOverdue } from '../../../src/slack/views/break-glass.ts';
import { minutesAfter, NOON } from '../../support/builders.ts';
import { textOf } from '../support.ts';
import { anApprovalCard } from './samples-approvals.ts';

test('a reminder of what is decided says who decided, and asks for nothing', () => {
  const votes = anApprovalCard('x')
    .votes.slice(0, 1)
    .map((vote) => ({ ...vote, person: 'Carol' }));
  const over = approvalReminder(
    anApprovalCard('Replace it?', { outcome: 'approved', decidedAt: NOON, votes, alone: null }),
  );
  expect(textOf(over)).toMatch(/Approved\s+by Carol/);
  expect(JSON.stringify(over)).not.toContain('"review"');
});

const NOBODY = { alone: null, votes: [], decidedAt: NOON };

test.each([
  ['expired', 'Approval expired', 'nobody decided and nothing was executed'],
  ['cancelled', 'Approval cancelled', 'Cancelled, nothing was executed'],
  ['superseded', 'Approval superseded', 'what would run has changed, so it was asked again'],
] as const)('a question that was %s says so plainly, and can no longer be pressed', (outcome, title, words) => {
  const card = approvalCard(anApprovalCard('Replace it?', { ...NOBODY, outcome }));
  expect(card.text).toContain(title);
  expect(textOf(card)).toContain(words);
  expect(card.blocks.some(({ type }) => type === 'actions')).toBe(false);
});

test('what is asked a second time says who said what the first time, and why that does not count', () => {
  const again = { outcome: 'approved', by: ['Bob'], at: NOON } as const;
  expect(textOf(approvalCard(anApprovalCard('Replace it?', { before: again })))).toMatch(
    /Asked again\s+last time: approved by Bob.*too long ago, or something else would run now/s,
  );
  expect(textOf(approvalCard(anApprovalCard('Replace it?', { before: null })))).not.toContain('Asked again');
});

test('an open card has one button, and is drawn again at half of the time only', () => {
  const data = anApprovalCard('Replace it?', { now: minutesAfter(NOON, 1) });
  const buttons = JSON.stringify(approvalCard(data).blocks).match(/"type":"button"/g);
  expect(buttons).toHaveLength(1);
  expect(whenLessIsLeft(data)).toEqual(minutesAfter(NOON, 5));
  expect(whenLessIsLeft({ ...data, now: minutesAfter(NOON, 6) })).toBeNull();
  expect(whenLessIsLeft({ ...data, outcome: 'approved' })).toBeNull();
});

test('a yes that was given before somebody broke the glass stands beside it', () => {
  const vote = anApprovalCard('x').votes.slice(0, 1);
  const sealed = approvalCard(anApprovalCard('Carol', { outcome: 'approved', decidedAt: NOON, votes: vote }));
  expect(textOf(sealed)).toMatch(/Carol alone \(break-glass\)/);
  expect(textOf(sealed)).toMatch(/decided alone .*confirmed with a code in Slack/);
});

test('a break-glass that was not reviewed in time says that it blocks everybody, from that moment on', () => {
  const card = {
    id: 'apr-1',
    question: 'Replace it?',
    by: 'Alice',
    reason: 'nobody answers',
    proof: 'click' as const,
    at: NOON,
    skipped: [],
    reviewers: ['Bob'],
    dueAt: minutesAfter(NOON, 60),
    review: null,
    now: NOON,
  };
  expect(textOf(breakGlassCard(card))).toContain(', in 1 h');
  expect(whenReviewOverdue(card)).toEqual(card.dueAt);
  const late = { ...card, now: card.dueAt };
  expect(textOf(breakGlassCard(late))).toMatch(/Review OVERDUE .*by Bob since.*nobody can break the glass/);
  expect(whenReviewOverdue(late)).toBeNull();
});
