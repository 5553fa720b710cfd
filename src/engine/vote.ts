import { type Approval, type Binding, type Cast, castVote, differencesOf, isExpired } from '../domain/approval.ts';
import { bindingOf, reviewHashOf } from '../domain/binding.ts';
import type { LedgerEvent } from '../domain/event.ts';
import type { PersonId } from '../domain/ids.ts';
import { Refusal } from '../errors.ts';
import type { Recording } from '../ledger/ledger.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import type { EngineDeps } from './deps.ts';
import type { Engine, Review } from './engine.ts';
import { decisionContext, wakeSoon } from './origin.ts';
import { auditRefusal } from './refusals.ts';

type Counted = Cast | { kind: 'late'; approval: Approval };

/** What an approver is about to decide on, as it is now. */
export async function review(deps: EngineDeps, token: string, person: PersonId): Promise<Review> {
  const approval = await approvalOrRefuse(deps.ledger.read, token);
  const { policy, hash: policyHash } = await deps.policy();
  // A vote that is not kept: whoever could not cast it is told now, before reading the plan.
  if (approval.votes.every((vote) => vote.person !== person))
    castVote(
      { ...approval, rule: { ...approval.rule, reason_required: false } },
      { person, vote: 'approve', reason: '' },
      { policy, now: deps.now() },
    );
  const binding = await currentBinding(deps, approval, { read: deps.ledger.read, policyHash });
  return { approval, reviewHash: reviewHashOf(binding), differences: differencesOf(approval.binding, binding) };
}

/**
 * One vote: compare-and-set in one transaction, so that two people in the same millisecond have one outcome. What the reviewer saw has
 * to be what is there now; otherwise nothing is counted and the difference is named.
 */
export async function vote(deps: EngineDeps, token: string, press: Parameters<Engine['vote']>[1]): Promise<Cast> {
  const known = await deps.ledger.read.approvalByToken(token);
  return auditRefusal(deps, { origin: press, what: `vote on ${known?.id ?? 'nothing'}` }, async () => {
    // Read before the transaction, which must not wait for a file.
    const today = await deps.policy();
    const seen = await approvalOrRefuse(deps.ledger.read, token);
    const outcome = await deps.ledger.record(decisionContext(deps, press, seen), async ({ read }) => {
      const approval = await approvalOrRefuse(read, token);
      const now = deps.now();
      if (approval.outcome === null && isExpired(approval, now)) return expiry(approval);
      const cast = castVote(approval, press, { policy: today.policy, now });
      assertFresh(approval, press.reviewHash, await currentBinding(deps, approval, { read, policyHash: today.hash }));
      return counted(approval, cast);
    });
    await wakeSoon(deps, seen.run);
    if (outcome.kind !== 'late') return outcome;
    // The expiry is on record; the sentence is the same that a late click without a vote gets.
    return castVote(outcome.approval, press, { policy: today.policy, now: outcome.approval.expiresAt });
  });
}

function expiry(approval: Approval): Recording<Counted> {
  const event: LedgerEvent = { type: 'approval_decided', approval: approval.id, outcome: 'expired' };
  return { events: [event], result: { kind: 'late', approval } };
}

function counted(approval: Approval, cast: Cast): Recording<Counted> {
  const decided: LedgerEvent[] =
    cast.kind === 'decided' ? [{ type: 'approval_decided', approval: approval.id, outcome: cast.outcome }] : [];
  return { events: [{ type: 'vote_cast', approval: approval.id, vote: cast.vote }, ...decided], result: cast };
}

async function currentBinding(
  deps: EngineDeps,
  approval: Approval,
  { read, policyHash }: { read: LedgerReader; policyHash: string },
): Promise<Binding> {
  const run = await read.run(approval.run);
  if (run === null) throw new Refusal('unknown_run', `The run ${approval.run} of this approval is gone.`);
  const key = run.key === null ? null : await read.key(run.key);
  return bindingOf(run, {
    fileHash: deps.runbooks.current(run.runbook.id)?.hash ?? null,
    keyVersion: key?.rowVersion ?? null,
    policyHash,
  });
}

function assertFresh(approval: Approval, reviewHash: string, now: Binding): void {
  if (reviewHashOf(now) === reviewHash) return;
  const changes = differencesOf(approval.binding, now).join('; ') || 'something that is part of the plan';
  throw new Refusal(
    'stale_review',
    `Your review is out of date, so nothing was counted. Since the question was put, this changed: ${changes}. Review it again.`,
  );
}

async function approvalOrRefuse(read: LedgerReader, token: string): Promise<Approval> {
  const approval = await read.approvalByToken(token);
  if (approval === null)
    throw new Refusal('unknown_approval', 'This button does not belong to an approval that Rekey knows.');
  return approval;
}
