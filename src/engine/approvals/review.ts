import { assertMayBreakGlass } from '../../domain/approval/break-glass.ts';
import { differencesOf } from '../../domain/approval/differences.ts';
import { assertMayDecide, ownVoices } from '../../domain/approval/eligible.ts';
import { runAt } from '../../domain/approval/run-at.ts';
import { type Approval, assertOpen } from '../../domain/approval.ts';
import { reviewHashOf } from '../../domain/binding.ts';
import type { PersonId } from '../../domain/ids.ts';
import { termsOf } from '../../domain/policy/approval-rule.ts';
import type { Policy } from '../../domain/policy.ts';
import { Refusal } from '../../errors.ts';
import type { EngineDeps } from '../deps.ts';
import { approvalOrRefuse, currentBinding } from './binding.ts';
import type { Review } from './verbs.ts';

/** What an approver is about to decide on, as it is now. Whoever could do nothing with it is told now, before reading the plan. */
export async function review(deps: EngineDeps, token: string, person: PersonId): Promise<Review> {
  const approval = await approvalOrRefuse(deps.ledger.read, token);
  const { policy, hash: policyHash } = await deps.policy();
  const may = mayWith(approval, person, { policy, now: deps.now() });
  const binding = await currentBinding(deps, approval, { read: deps.ledger.read, policyHash });
  return { approval, reviewHash: reviewHashOf(binding), differences: differencesOf(approval.binding, binding), may };
}

function mayWith(approval: Approval, person: PersonId, at: { policy: Policy; now: Date }): Review['may'] {
  const hasVoted = approval.votes.some((vote) => vote.person === person);
  if (!hasVoted || approval.outcome !== null) assertOpen(approval, at.now);
  const today = { policy: at.policy, runAt: runAt(approval, at.now) };
  const breakGlass = isAllowed(() => assertMayBreakGlass(approval, person, at));
  const vote = hasVoted || isAllowed(() => assertMayDecide(approval, person, today));
  if (!vote && !breakGlass) assertMayDecide(approval, person, today);
  const mayHandOver = vote && !hasVoted && termsOf(approval.rule).mayDelegate;
  return { vote, delegate: mayHandOver && ownVoices(approval, today).has(person), breakGlass };
}

function isAllowed(assert: () => unknown): boolean {
  try {
    assert();
    return true;
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}
