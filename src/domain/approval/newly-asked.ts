import type { Approval } from '../approval.ts';
import type { PersonId } from '../ids.ts';
import type { Policy } from '../policy.ts';
import { eligibleFor, escalatedTo } from './eligible.ts';
import { freezeApprovers } from './freeze.ts';
import { runAt } from './run-at.ts';

/**
 * The approvers of a freeze whom nobody has asked yet: a "not before" inside of it makes their word needed after the question was put, and
 * they would not know of it.
 */
export function newlyAsked(approval: Approval, { policy, now }: { policy: Policy; now: Date }): PersonId[] {
  const today = { policy, runAt: runAt(approval, now) };
  const wanted = freezeApprovers(approval, today);
  const know = new Set([
    ...approval.asked,
    ...escalatedTo(approval, policy),
    ...approval.delegations.map(({ to }) => to),
    ...approval.votes.map(({ person }) => person),
  ]);
  return [...eligibleFor(approval, today)].filter((person) => wanted.has(person) && !know.has(person)).sort();
}
