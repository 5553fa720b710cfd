import type { GlassReview } from '../../domain/approval/break-glass.ts';
import type { Proof } from '../../domain/approval/proof.ts';
import { actions, at, bold, button, context, header, type Line, line, lines } from '../blocks.ts';
import type { Message } from '../limits.ts';
import { cut, dateText, escapeMrkdwn, oneLine } from '../text.ts';
import { PROOFS } from './proofs.ts';

export interface BreakGlassCard {
  id: string;
  question: string;
  by: string;
  reason: string;
  proof: Proof;
  at: Date;
  skipped: readonly string[];
  reviewers: readonly string[];
  dueAt: Date;
  review: (Omit<GlassReview, 'by'> & { by: string }) | null;
}

/** Tells everybody who was not waited for, and keeps the debt of a review in sight until it is paid. */
export function breakGlassCard(card: BreakGlassCard): Message {
  const question = cut(oneLine(card.question), 250);
  const title = card.review === null ? 'Break-glass used' : 'Break-glass reviewed';
  const facts: Line[] = [
    [bold('Decided alone by '), cut(card.by, 100), `, ${PROOFS[card.proof]}, `, at(card.at)],
    [bold('Reason '), cut(card.reason, 600)],
    [bold('Not waited for '), cut(card.skipped.join(', ') || 'nobody', 400)],
    reviewLine(card),
  ];
  const due = card.review === null ? `, to be reviewed until ${dateText(card.dueAt)}` : '';
  return {
    text: `${title}: ${escapeMrkdwn(card.by)} on ${escapeMrkdwn(question)}${due}`,
    blocks: [
      header(title),
      line(question),
      lines(facts),
      ...(card.review === null
        ? actions('break_glass', [button({ action: 'review_glass', token: card.id, label: 'Review it' })])
        : []),
      context(`${card.id} · while a review is overdue, nobody breaks the glass again`),
    ],
  };
}

function reviewLine({ review, reviewers, dueAt }: BreakGlassCard): Line {
  if (review === null) return [bold('Review '), `by ${cut(reviewers.join(' or '), 300)} until `, at(dueAt)];
  const verdict = review.verdict === 'justified' ? '✓ justified' : '✗ NOT justified';
  return [bold('Review '), `${verdict}, by ${cut(review.by, 100)} `, at(review.at), `: ${cut(review.comment, 600)}`];
}
