import { newlyAsked } from '../domain/approval/newly-asked.ts';
import { type Approval, assertOpen, type Cast, castVote } from '../domain/approval.ts';
import type { LedgerEvent } from '../domain/event.ts';
import type { Policy } from '../domain/policy.ts';
import type { Recording } from '../ledger/ledger.ts';
import { approvalOrRefuse, assertFresh, currentBinding } from './approvals/binding.ts';
import { expiryOf } from './approvals/late.ts';
import { proveCode, withCode } from './approvals/prove-code.ts';
import type { VotePress } from './approvals/verbs.ts';
import type { EngineDeps } from './deps.ts';
import { assertNoSecretIn } from './keys/record-on-key.ts';
import { decisionContext, wakeSoon } from './origin.ts';
import { auditRefusal } from './refusals.ts';

type Counted = Cast | { kind: 'late'; approval: Approval };

/**
 * One vote: compare-and-set in one transaction, so that two people in the same millisecond have one outcome. What the reviewer saw has
 * to be what is there now; otherwise nothing is counted and the difference is named.
 */
export async function vote(deps: EngineDeps, token: string, press: VotePress): Promise<Cast> {
  const known = await deps.ledger.read.approvalByToken(token);
  return auditRefusal(deps, { origin: press, what: `vote on ${known?.id ?? 'nothing'}` }, async () => {
    assertNoSecretIn({ reason: press.reason });
    // Read before the transaction, which must not wait for a file.
    const today = await deps.policy();
    const seen = await approvalOrRefuse(deps.ledger.read, token);
    const proven = await provenFirst(deps, seen, { press, today });
    const outcome = await deps.ledger.record(decisionContext(deps, press, seen), async ({ read }) => {
      const approval = await approvalOrRefuse(read, token);
      const now = deps.now();
      const expiry = expiryOf(approval, now);
      if (expiry !== null) return { events: expiry, result: { kind: 'late', approval } } satisfies Recording<Counted>;
      const cast = castVote(approval, withCode(press), { policy: today.policy, now });
      assertFresh(approval, press.reviewHash, await currentBinding(deps, approval, { read, policyHash: today.hash }));
      return counted(approval, cast, { proven, policy: today.policy, now });
    });
    await wakeSoon(deps, seen.run);
    if (outcome.kind === 'late') assertOpen(outcome.approval, outcome.approval.expiresAt);
    else return outcome;
    throw new Error(`${outcome.approval.id} was late and open at once.`);
  });
}

/** A code is good once, so it is looked at only when nothing else stands in the way. */
async function provenFirst(
  deps: EngineDeps,
  seen: Approval,
  { press, today }: { press: VotePress; today: Awaited<ReturnType<EngineDeps['policy']>> },
): Promise<LedgerEvent[]> {
  const now = deps.now();
  if (press.vote === 'deny' || press.code === undefined || expiryOf(seen, now) !== null) return [];
  castVote(seen, withCode(press), { policy: today.policy, now });
  const { read } = deps.ledger;
  assertFresh(seen, press.reviewHash, await currentBinding(deps, seen, { read, policyHash: today.hash }));
  return proveCode(deps, seen, press);
}

function counted(
  approval: Approval,
  cast: Cast,
  { proven, policy, now }: { proven: LedgerEvent[]; policy: Policy; now: Date },
): Recording<Counted> {
  const voted = { ...approval, votes: [...approval.votes, cast.vote] };
  const people = cast.kind === 'counted' ? newlyAsked(voted, { policy, now }) : [];
  const asked: LedgerEvent[] = people.length === 0 ? [] : [{ type: 'approval_asked', approval: approval.id, people }];
  const decided: LedgerEvent[] =
    cast.kind === 'decided' ? [{ type: 'approval_decided', approval: approval.id, outcome: cast.outcome }] : [];
  return {
    events: [...proven, { type: 'vote_cast', approval: approval.id, vote: cast.vote }, ...asked, ...decided],
    result: cast,
  };
}
