import { Refusal } from '../../errors.ts';
import { type Approval, assertOpen } from '../approval.ts';
import type { ApprovalId, IncidentId, PersonId, RunId } from '../ids.ts';
import { instantText } from '../instant.ts';
import { termsOf } from '../policy/approval-rule.ts';
import { type Policy, peopleNamed } from '../policy.ts';
import { spanMs } from '../span.ts';
import { eligibleFor, excludedFrom } from './eligible.ts';
import { assertProven, type Proof, type Proving } from './proof.ts';
import { runAt } from './run-at.ts';

/** One person decided alone. It stands until somebody else has looked at it. */
export interface GlassBreak {
  /** The approval's id: one approval is broken open once. */
  approval: ApprovalId;
  run: RunId;
  incident: IncidentId | null;
  question: string;
  by: PersonId;
  reason: string;
  proof: Proof;
  at: Date;
  /** Whoever could have decided and was not waited for. */
  skipped: PersonId[];
  /** Whoever may review it, as the policy stood then. */
  reviewers: PersonId[];
  dueAt: Date;
  review: GlassReview | null;
}

export interface GlassReview {
  by: PersonId;
  verdict: 'justified' | 'not_justified';
  comment: string;
  at: Date;
}

/**
 * Decides an open approval by one person alone. Throws a Refusal when that person may not, says no reason, has not proven as much as a yes
 * would need, when somebody has already said no, or while an earlier one is overdue for its review.
 */
export function breakGlass(
  approval: Approval,
  press: Proving & { person: PersonId; reason: string },
  at: { policy: Policy; now: Date; unreviewed: readonly GlassBreak[] },
): GlassBreak {
  assertOpen(approval, at.now);
  const rules = assertMayBreakGlass(approval, press.person, at);
  if (press.reason.trim() === '')
    throw new Refusal(
      'reason_required',
      'Break-glass needs a reason; write one line on why nobody could be waited for.',
    );
  if (approval.votes.some(({ vote }) => vote === 'deny'))
    throw new Refusal('denied', 'Somebody has said no to this already, and a no is not broken open. Talk to them.');
  const obstacle = obstacleTo(at);
  if (obstacle !== null) throw new Refusal('review_overdue', obstacle);
  const proof = assertProven(approval, { ...press, vote: 'approve' });
  return {
    approval: approval.id,
    run: approval.run,
    incident: approval.incident,
    question: approval.question,
    by: press.person,
    reason: press.reason,
    proof,
    at: at.now,
    skipped: skippedBy(approval, press.person, at),
    reviewers: reviewersOf(at.policy, { by: press.person, subject: approval.subject }),
    dueAt: new Date(at.now.getTime() + (spanMs(rules.review_within) ?? 0)),
    review: null,
  };
}

/** What breaking the glass would come to, before anybody does it. */
export interface GlassForeseen {
  /** Who is told because nobody waited for them. */
  told: PersonId[];
  reviewers: PersonId[];
  dueAt: Date;
  /** Why it is not possible now, although this person may. */
  obstacle: string | null;
}

export function glassForeseen(
  approval: Approval,
  person: PersonId,
  at: { policy: Policy; now: Date; unreviewed: readonly GlassBreak[] },
): GlassForeseen {
  const within = spanMs(at.policy.break_glass?.review_within ?? '') ?? 0;
  return {
    told: skippedBy(approval, person, at),
    reviewers: reviewersOf(at.policy, { by: person, subject: approval.subject }),
    dueAt: new Date(at.now.getTime() + within),
    obstacle: obstacleTo(at),
  };
}

/** Whoever could have decided, without those who have agreed already. */
function skippedBy(approval: Approval, person: PersonId, at: { policy: Policy; now: Date }): PersonId[] {
  const agreed = new Set(approval.votes.map((vote) => vote.person));
  const today = { policy: at.policy, runAt: runAt(approval, at.now) };
  const couldDecide = [...approval.asked, ...eligibleFor(approval, today)];
  return [...new Set(couldDecide)].filter((one) => one !== person && !agreed.has(one)).sort();
}

/** Who may review what `by` did: whom the policy names, and never the one who did it. */
function reviewersOf(policy: Policy, { by, subject }: { by: PersonId; subject: Approval['subject'] }): PersonId[] {
  const people = peopleNamed(policy, policy.break_glass?.review_by ?? [], subject);
  people.delete(by);
  return [...people].sort();
}

export function assertMayBreakGlass(
  approval: Approval,
  person: PersonId,
  { policy }: { policy: Policy },
): NonNullable<Policy['break_glass']> {
  const { break_glass: rules } = policy;
  if (rules === undefined || !termsOf(approval.rule).mayBreakGlass)
    throw new Refusal(
      'no_break_glass',
      rules === undefined
        ? 'policy.yaml has no `break_glass`, so nobody may decide alone.'
        : `The rule ${approval.ruleName} lets nobody decide alone.`,
    );
  const may = peopleNamed(policy, rules.from, approval.subject);
  // The one who keeps a key that somebody else may have could be that somebody; the requester is who break-glass is for.
  const excluded = excludedFrom({ ...approval, rule: { ...approval.rule, requester_may_approve: true } }, policy);
  for (const one of excluded) may.delete(one);
  if (!may.has(person))
    throw new Refusal(
      'may_not_break_glass',
      `${person} may not decide this alone. Who may: ${[...may].sort().join(', ') || 'nobody today: add people under break_glass in policy.yaml'}.`,
    );
  if (reviewersOf(policy, { by: person, subject: approval.subject }).length === 0)
    throw new Refusal(
      'nobody_to_review',
      'Nobody but you could review it afterwards. Add people under break_glass.review_by in policy.yaml first.',
    );
  return rules;
}

/** A debt that is overdue keeps everybody from making another one. */
function obstacleTo({ unreviewed, now }: { unreviewed: readonly GlassBreak[]; now: Date }): string | null {
  const overdue = unreviewed.find(({ dueAt, review }) => review === null && dueAt <= now);
  return overdue === undefined
    ? null
    : `The break-glass of ${overdue.by} on "${overdue.question}" should have been reviewed by ${instantText(overdue.dueAt)}. Until ${overdue.reviewers.join(' or ')} has done that (rekey break-glass review ${overdue.approval}), there is no other.`;
}

/** Somebody else says whether it was right. Authority is looked up now. */
export function reviewGlass(
  use: GlassBreak,
  press: { person: PersonId; verdict: GlassReview['verdict']; comment: string },
  at: { policy: Policy; subject: Approval['subject']; now: Date },
): GlassReview {
  if (use.review !== null)
    throw new Refusal(
      'already_reviewed',
      `${use.review.by} reviewed this at ${instantText(use.review.at)}: ${use.review.verdict === 'justified' ? 'justified' : 'not justified'}.`,
    );
  if (use.by === press.person)
    throw new Refusal(
      'own_request',
      `You did this yourself, so somebody else has to review it: ${use.reviewers.join(', ')}.`,
    );
  const reviewers = reviewersOf(at.policy, { by: use.by, subject: at.subject });
  if (!reviewers.includes(press.person))
    throw new Refusal(
      'not_a_reviewer',
      `You do not review this. Who does: ${reviewers.join(', ') || 'nobody today: add people under break_glass.review_by in policy.yaml'}.`,
    );
  if (press.comment.trim() === '')
    throw new Refusal('comment_required', 'Write one line on what you found; it stands beside your verdict.');
  return { by: press.person, verdict: press.verdict, comment: press.comment, at: at.now };
}
