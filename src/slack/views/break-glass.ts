import type { GlassReview } from '../../domain/approval/break-glass.ts';
import { leftText } from '../../domain/approval/countdown.ts';
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
  now: Date;
}

/** From then on the card says that the debt blocks everybody. */
export function whenReviewOverdue({ review, dueAt, now }: BreakGlassCard): Date | null {
  return review === null && dueAt > now ? dueAt : null;
}

/** Tells everybody who was not waited for, and keeps the debt of a review in sight until it is paid. */
export function breakGlassCard(card: BreakGlassCard): Message {
  const question = cut(oneLine(card.question), 250);
  const isOverdue = card.review === null && card.dueAt <= card.now;
  const title =
    card.review !== null ? 'Break-glass reviewed' : isOverdue ? 'Break-glass: review overdue' : 'Break-glass used';
  const facts: Line[] = [
    [bold('Decided alone by '), cut(card.by, 100), `, ${PROOFS[card.proof]}, `, at(card.at)],
    [bold('Reason '), cut(card.reason, 600)],
    [bold('Not waited for '), cut(card.skipped.join(', ') || 'nobody', 400)],
    reviewLine(card),
  ];
  const due = card.review === null ? `, to be reviewed until ${dateText(card.dueAt)}` : '';
  return {
    text: `${title}: ${escapeMrkdwn(cut(card.by, 100))} on ${escapeMrkdwn(question)}${due}`,
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

function reviewLine({ review, reviewers, dueAt, now }: BreakGlassCard): Line {
  const who = cut(reviewers.join(' or '), 300);
  if (review === null && dueAt <= now)
    return [bold('Review OVERDUE '), `by ${who} since `, at(dueAt), ': nobody can break the glass until it is done'];
  if (review === null) return [bold('Review '), `by ${who} until `, at(dueAt), `, ${leftText(dueAt, now)}`];
  const verdict = review.verdict === 'justified' ? '✓ justified' : '✗ NOT justified';
  return [bold('Review '), `${verdict}, by ${cut(review.by, 100)} `, at(review.at), `: ${cut(review.comment, 600)}`];
}
