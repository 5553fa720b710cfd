import type { HomeView, ModalView } from '@slack/types';
import type { Message } from '../../../src/slack/limits.ts';
import { type ApprovalCard, approvalCard } from '../../../src/slack/views/approval-card.ts';
import { approvalReminder } from '../../../src/slack/views/approval-reminder.ts';
import { breakGlassCard } from '../../../src/slack/views/break-glass.ts';
import { type ReviewModal, reviewModal } from '../../../src/slack/views/review-modal.ts';
import { aVote, minutesAfter, NOON } from '../../support/builders.ts';

const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

function radiusOf(text: string) {
  return {
    environments: many(9, () => text),
    otherKeys: many(50, () => text),
    callers: many(50, (index) => ({ caller: `${index}${text}`, calls: 1_000_000, lastAt: NOON })),
    enforcement: 'at most 1 min 0 s',
    peers: many(50, () => text),
    proven: { at: NOON, how: 'drill' as const, passed: false, isThisText: false },
    undo: text,
    ifNot: text,
  };
}

/** A card with `text` wherever a person's text can stand. */
export function anApprovalCard(text: string, overrides: Partial<ApprovalCard> = {}): ApprovalCard {
  return {
    id: 'apr-1',
    token: 'apt-opaque',
    question: text,
    key: text,
    requestedBy: text,
    reason: text,
    runbook: 'R-KEY-EXPIRY',
    planHash: 'c'.repeat(64),
    rule: { name: text, approve: 2, proof: 'totp' },
    asked: many(50, () => text),
    escalatedTo: many(50, () => text),
    delegations: many(9, () => ({ from: text, to: text })),
    reminded: 3,
    alone: { who: text, reason: text, proof: 'totp', via: 'slack' },
    before: { outcome: 'approved', by: many(9, () => text), at: NOON },
    notBefore: NOON,
    createdAt: NOON,
    expiresAt: minutesAfter(NOON, 10),
    votes: many(20, () => ({ ...aVote({ reason: text }), person: text, via: 'cli' as const })),
    outcome: null,
    decidedAt: null,
    radius: radiusOf(text),
    now: minutesAfter(NOON, 1),
    ...overrides,
  };
}

export function aReview(text: string, overrides: Partial<ReviewModal> = {}): ReviewModal {
  return {
    token: 'apt-opaque',
    reviewHash: 'd'.repeat(64),
    question: text,
    key: text,
    requestedBy: text,
    reason: text,
    expiresAt: minutesAfter(NOON, 10),
    now: NOON,
    may: { vote: true, delegate: true, breakGlass: true },
    proof: 'totp' as const,
    hasCode: true,
    glass: { told: many(50, () => text), reviewers: many(50, () => text), dueAt: NOON, obstacle: null },
    confirm: text,
    reasonWanted: 'always' as const,
    differences: many(30, () => text),
    changes: many(5, () => ({ what: text, lines: many(40, (index) => `${index % 2 === 0 ? '+' : ''}${text}`) })),
    wasStale: true,
    plan: many(120, (index) => ({
      id: `${index}${text}`,
      uses: text,
      effect: 'destroys' as const,
      undo: 'point_of_no_return' as const,
      calls: many(9, () => text),
      people: many(9, () => text),
      depends: true,
      problems: [text],
    })),
    radius: radiusOf(text),
    ...overrides,
  };
}

export function messagesOfApprovals(text: string): Record<string, Message> {
  const glass = {
    id: 'apr-1',
    question: text,
    by: text,
    reason: text,
    proof: 'totp' as const,
    at: NOON,
    skipped: many(50, () => text),
    reviewers: many(50, () => text),
    dueAt: NOON,
    review: null,
    now: NOON,
  };
  return {
    approval: approvalCard(anApprovalCard(text)),
    'sealed approval': approvalCard(anApprovalCard(text, { outcome: 'approved', decidedAt: NOON })),
    'approval reminder': approvalReminder(anApprovalCard(text)),
    'break-glass': breakGlassCard(glass),
    'reviewed break-glass': breakGlassCard({
      ...glass,
      review: { by: text, verdict: 'justified', comment: text, at: NOON },
    }),
  };
}

export function viewsOfApprovals(text: string): Record<string, ModalView | HomeView> {
  return {
    review: reviewModal(aReview(text)),
    'review without a code': reviewModal(
      aReview(text, { hasCode: false, glass: { told: [], reviewers: [], dueAt: NOON, obstacle: text } }),
    ),
  };
}
