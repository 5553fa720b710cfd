import { Refusal } from '../errors.ts';
import { assertMayDecide } from './approval/eligible.ts';
import { assertProven, type Proof, type Proving } from './approval/proof.ts';
import { runAtWith } from './approval/run-at.ts';
import { assertReasonGiven, tally } from './approval/tally.ts';
import type { Actor, ApprovalId, IncidentId, PersonId, RunId, StepId } from './ids.ts';
import { instantText } from './instant.ts';
import type { ApprovalRule } from './policy/approval-rule.ts';
import type { Policy } from './policy.ts';
import type { JsonObject } from './run.ts';

/** What an approval is bound to. Anything here that changes makes it stale: what was approved is not what would run. */
export interface Binding {
  runbook: string;
  runbookHash: string;
  /** Hash of the runbook's file as it is now; differs from `runbookHash` when it was edited after the run began. */
  fileHash: string | null;
  inputs: JsonObject;
  keyVersion: number | null;
  policyHash: string;
}

export type ApprovalOutcome = 'approved' | 'rejected' | 'expired' | 'cancelled' | 'superseded';

export interface Vote {
  person: PersonId;
  vote: 'approve' | 'deny';
  reason: string;
  at: Date;
  /** How the person showed that they meant it and were themselves. */
  proof: Proof;
  /** "Yes, but not before then": an approval runs at the latest of these. */
  notBefore: Date | null;
}

/** One approver's voice in one approval, handed to somebody else. */
export interface Delegation {
  from: PersonId;
  to: PersonId;
  reason: string;
  at: Date;
}

/** What the question was about when it was put; who decides depends on it. */
export interface ApprovalSubject {
  owner: string | null;
  escalation: string | null;
  environment: string | null;
  emergency: boolean;
  /** Somebody else may have the key, so its custodian does not decide. */
  compromised: boolean;
  /** What has to be typed where a click is not enough: the key's slug, or the runbook's id. */
  confirm: string;
}

export interface Approval {
  id: ApprovalId;
  run: RunId;
  step: StepId;
  incident: IncidentId | null;
  question: string;
  /** The rule that holds, which is not the one that was asked for where an emergency lane or a cap led to another. */
  ruleName: string;
  rule: ApprovalRule;
  /** `from: [owner]` is looked up again at each press. */
  subject: ApprovalSubject;
  binding: Binding;
  /** Hash over the binding without `fileHash`; shown to people as its first eight digits. */
  planHash: string;
  requestedBy: Actor;
  /** Who was asked: the people who could decide when the question was put. Authority is looked up again at the press. */
  asked: PersonId[];
  /** Opaque random text that the buttons carry; it says nothing and cannot be guessed. */
  token: string;
  createdAt: Date;
  expiresAt: Date;
  votes: Vote[];
  delegations: Delegation[];
  /** How many rungs of the rule's reminders and escalations were taken. */
  reminded: number;
  escalated: number;
  /** Decided by one person alone, with a debt of a review. */
  glassBrokenBy: PersonId | null;
  outcome: ApprovalOutcome | null;
  decidedAt: Date | null;
}

export type Cast =
  | { kind: 'counted'; vote: Vote; still: number; waitsFor: 'people' | 'freeze_approver' }
  | { kind: 'decided'; vote: Vote; outcome: 'approved' | 'rejected' };

export interface Press extends Proving {
  person: PersonId;
  vote: 'approve' | 'deny';
  reason: string;
  notBefore?: Date | null;
}

/**
 * One person's vote. Authority is looked up now, in today's policy; deny wins. Throws a Refusal that can be shown word for word when
 * the approval is over, the person may not decide, has already voted, or has not proven enough. Expiry is the caller's to record: see
 * `isExpired`.
 */
export function castVote(approval: Approval, press: Press, at: { policy: Policy; now: Date }): Cast {
  assertOpen(approval, at.now);
  const runAt = runAtWith(approval, press, at.now);
  assertMayDecide(approval, press.person, { policy: at.policy, runAt });
  if (approval.votes.some((vote) => vote.person === press.person))
    throw new Refusal('already_voted', 'You have already voted on this; it waits for somebody else.');
  assertReasonGiven(approval, press);
  // Field by field: what else came with the press has no place in the record.
  const vote: Vote = {
    person: press.person,
    vote: press.vote,
    reason: press.reason,
    at: at.now,
    proof: assertProven(approval, press),
    notBefore: press.vote === 'approve' ? (press.notBefore ?? null) : null,
  };
  const { outcome, still, waitsFor } = tally(approval, [...approval.votes, vote], { policy: at.policy, runAt });
  return outcome === null ? { kind: 'counted', vote, still, waitsFor } : { kind: 'decided', vote, outcome };
}

export function assertOpen(approval: Approval, now: Date): void {
  if (approval.outcome !== null)
    throw new Refusal('already_decided', `Too late: this was already ${describeOutcome(approval)}.${wayOn(approval)}`);
  if (isExpired(approval, now))
    throw new Refusal(
      'approval_expired',
      `This approval expired at ${instantText(approval.expiresAt)}; nothing was executed. Start the request again.`,
    );
}

/** Whoever came too late asks what now: the run has failed with it, and a retry puts the question anew. */
function wayOn({ outcome, run }: Approval): string {
  return outcome === 'expired' ? ` Nothing was executed. A retry of ${run} asks again.` : '';
}

/** The instant of expiry itself counts as expired. */
export function isExpired(approval: Pick<Approval, 'expiresAt'>, now: Date): boolean {
  return now.getTime() >= approval.expiresAt.getTime();
}

export function describeOutcome(
  approval: Pick<Approval, 'outcome' | 'votes' | 'decidedAt'> & Partial<Pick<Approval, 'glassBrokenBy'>>,
): string {
  const deciding = approval.glassBrokenBy ?? approval.votes.at(-1)?.person;
  const isVoted = approval.outcome === 'approved' || approval.outcome === 'rejected';
  const by = deciding && isVoted ? ` by ${deciding}` : '';
  const alone = approval.glassBrokenBy && isVoted ? ' (break-glass)' : '';
  const at = approval.decidedAt ? ` at ${instantText(approval.decidedAt)}` : '';
  return `${approval.outcome ?? 'open'}${by}${alone}${at}`;
}
