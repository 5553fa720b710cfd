import type { Approval } from '../approval.ts';
import type { PersonId } from '../ids.ts';
import type { Today } from './eligible.ts';
import { freezesToSatisfy } from './freeze.ts';
import { notBeforeOf } from './run-at.ts';
import { tally } from './tally.ts';

/** When a yes is to be spent, if that is later than now. */
export function waitsUntil(approval: Approval, now: Date): Date | null {
  const notBefore = notBeforeOf(approval);
  return approval.glassBrokenBy === null && notBefore !== null && notBefore > now ? notBefore : null;
}

/**
 * Whether a yes is still worth what it was: it keeps for as long again as people had to decide, counted from when it was to be spent, and a
 * freeze that has begun since wants its own approvers.
 */
export function isStillGood(approval: Approval, { policy, now }: { policy: Today['policy']; now: Date }): boolean {
  const keepsMs = approval.expiresAt.getTime() - approval.createdAt.getTime();
  const decidedAt = approval.decidedAt ?? approval.expiresAt;
  const from = Math.max(decidedAt.getTime(), notBeforeOf(approval)?.getTime() ?? 0);
  if (now.getTime() - from > keepsMs) return false;
  if (approval.glassBrokenBy !== null || approval.rule.tier === 0) return true;
  const today = { policy, runAt: now };
  return (
    freezesToSatisfy(approval, today).length === 0 || tally(approval, approval.votes, today).outcome === 'approved'
  );
}

/** Who agreed. */
export function approversOf(approval: Approval): PersonId[] {
  const voted = approval.votes.filter(({ vote }) => vote === 'approve').map(({ person }) => person);
  return approval.glassBrokenBy === null ? voted : [...new Set([...voted, approval.glassBrokenBy])];
}
