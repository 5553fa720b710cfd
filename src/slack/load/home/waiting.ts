import { eligibleFor } from '../../../domain/approval/eligible.ts';
import { runAt } from '../../../domain/approval/run-at.ts';
import type { PersonId } from '../../../domain/ids.ts';
import type { Policy } from '../../../domain/policy.ts';
import type { Sources } from '../../deps.ts';
import type { Waiting } from '../../views/home/waiting.ts';

/** What this person may decide now and has not, and what runs ask of them, in and outside incidents. */
export async function loadWaiting({ ledger, now }: Sources, policy: Policy, person: PersonId): Promise<Waiting> {
  const at = now();
  const open = await ledger.openApprovals();
  const approvals = open.filter(
    (one) =>
      one.expiresAt > at &&
      one.votes.every((vote) => vote.person !== person) &&
      eligibleFor(one, { policy, runAt: runAt(one, at) }).has(person),
  );
  const asks = await ledger.openAsksFor(person);
  return {
    approvals: approvals.map(({ question, token, expiresAt }) => ({ question, token, until: expiresAt })),
    asks: asks.map(({ question, token, dueAt }) => ({ question, token, until: dueAt })),
  };
}
