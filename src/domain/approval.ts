import { Refusal } from '../errors.ts';
import type { Actor, ApprovalId, IncidentId, PersonId, RunId, StepId } from './ids.ts';
import { personOf } from './ids.ts';
import { instantText } from './instant.ts';
import { type ApprovalRule, type Policy, peopleNamed } from './policy.ts';
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
}

export interface Approval {
  id: ApprovalId;
  run: RunId;
  step: StepId;
  incident: IncidentId | null;
  question: string;
  ruleName: string;
  rule: ApprovalRule;
  /** Owner and escalation of the key at the time of asking: `from: [owner]` is looked up again at each press. */
  subject: { owner: string | null; escalation: string | null };
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
  outcome: ApprovalOutcome | null;
  decidedAt: Date | null;
}

export type Cast =
  | { kind: 'counted'; vote: Vote; still: number }
  | { kind: 'decided'; vote: Vote; outcome: 'approved' | 'rejected' };

/**
 * One person's vote. Authority is looked up now, in today's policy; deny wins. Throws a Refusal that can be shown word for word when
 * the approval is over, the person may not decide, or has already voted. Expiry is the caller's to record: see `isExpired`.
 */
export function castVote(
  approval: Approval,
  press: { person: PersonId; vote: 'approve' | 'deny'; reason: string },
  at: { policy: Policy; now: Date },
): Cast {
  if (approval.outcome !== null)
    throw new Refusal('already_decided', `Too late: this was already ${describeOutcome(approval)}.`);
  if (isExpired(approval, at.now))
    throw new Refusal(
      'approval_expired',
      `This approval expired at ${instantText(approval.expiresAt)}; nothing was executed. Start the request again.`,
    );
  assertMayDecide(approval, press.person, at.policy);
  if (approval.votes.some((vote) => vote.person === press.person))
    throw new Refusal('already_voted', 'You have already voted on this; it waits for somebody else.');
  if (approval.rule.reason_required && press.reason.trim() === '')
    throw new Refusal('reason_required', 'This rule needs a reason; write one line on why.');
  // Field by field: what else came with the press has no place in the record.
  const vote: Vote = { person: press.person, vote: press.vote, reason: press.reason, at: at.now };
  const all = [...approval.votes, vote];
  const count = (kind: Vote['vote']) => all.filter((one) => one.vote === kind).length;
  if (count('deny') >= approval.rule.deny) return { kind: 'decided', vote, outcome: 'rejected' };
  if (count('approve') >= approval.rule.approve) return { kind: 'decided', vote, outcome: 'approved' };
  return { kind: 'counted', vote, still: approval.rule.approve - count('approve') };
}

/** Who could decide this today: the rule's people, less the requester unless the rule allows it. */
export function eligibleFor(
  approval: Pick<Approval, 'rule' | 'subject' | 'requestedBy'>,
  policy: Policy,
): Set<PersonId> {
  const people = peopleNamed(policy, approval.rule.from, approval.subject);
  const requester = personOf(approval.requestedBy);
  if (requester !== null && !approval.rule.requester_may_approve) people.delete(requester);
  return people;
}

function assertMayDecide(approval: Approval, person: PersonId, policy: Policy): void {
  const eligible = eligibleFor(approval, policy);
  if (eligible.has(person)) return;
  const others = [...eligible].sort().join(', ') || 'nobody today: ask the security team to extend policy.yaml';
  if (personOf(approval.requestedBy) === person)
    throw new Refusal('own_request', `You asked for this yourself, so somebody else has to decide: ${others}.`);
  throw new Refusal('not_an_approver', `You are not an approver for this. Who can decide: ${others}.`);
}

/** The instant of expiry itself counts as expired. */
export function isExpired(approval: Pick<Approval, 'expiresAt'>, now: Date): boolean {
  return now.getTime() >= approval.expiresAt.getTime();
}

export function describeOutcome(approval: Pick<Approval, 'outcome' | 'votes' | 'decidedAt'>): string {
  const deciding = approval.votes.at(-1);
  const by =
    deciding && (approval.outcome === 'approved' || approval.outcome === 'rejected') ? ` by ${deciding.person}` : '';
  const at = approval.decidedAt ? ` at ${instantText(approval.decidedAt)}` : '';
  return `${approval.outcome ?? 'open'}${by}${at}`;
}

/** Names what changed between two bindings, in words for the reviewer; empty when nothing did. */
export function differencesOf(before: Binding, after: Binding): string[] {
  const changes: string[] = [];
  if (before.runbookHash !== after.runbookHash)
    changes.push(`the runbook that runs (${short(before.runbookHash)} → ${short(after.runbookHash)})`);
  if (before.fileHash !== after.fileHash)
    changes.push(
      `the runbook's file (${short(before.fileHash)} → ${short(after.fileHash)}); this run keeps the text it started with (${short(after.runbookHash)})`,
    );
  if (before.keyVersion !== after.keyVersion)
    changes.push(`the key (row version ${before.keyVersion ?? '-'} → ${after.keyVersion ?? '-'})`);
  if (before.policyHash !== after.policyHash)
    changes.push(`the policy (${short(before.policyHash)} → ${short(after.policyHash)})`);
  if (JSON.stringify(before.inputs) !== JSON.stringify(after.inputs)) changes.push('the inputs');
  return changes;
}

function short(hash: string | null): string {
  return hash === null ? 'missing' : hash.slice(0, 8);
}
