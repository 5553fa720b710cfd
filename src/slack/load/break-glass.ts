import { ApprovalId } from '../../domain/ids.ts';
import type { Sources } from '../deps.ts';
import type { BreakGlassCard } from '../views/break-glass.ts';
import { displayNames } from './names.ts';

export async function loadBreakGlass(sources: Sources, subject: string): Promise<BreakGlassCard | null> {
  const use = await sources.ledger.glassBreak(ApprovalId.parse(subject));
  if (use === null) return null;
  const name = await displayNames(sources);
  const { approval: id, question, reason, proof, at, dueAt, review } = use;
  return {
    id,
    question,
    reason,
    proof,
    at,
    dueAt,
    by: name(use.by),
    skipped: use.skipped.map(name),
    reviewers: use.reviewers.map(name),
    now: sources.now(),
    review: review === null ? null : { ...review, by: name(review.by) },
  };
}
