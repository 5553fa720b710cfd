import { Refusal } from '../../errors.ts';
import type { Approval, Press, Vote } from '../approval.ts';
import type { PersonId } from '../ids.ts';
import { type Threshold, termsOf } from '../policy/approval-rule.ts';
import { peopleNamed } from '../policy.ts';
import { appliesTo, type Eligibility, escalatedTo, excludedFrom, type Today } from './eligible.ts';
import { freezesToSatisfy } from './freeze.ts';

export interface Tally {
  outcome: 'approved' | 'rejected' | null;
  /** How many more have to agree at least. */
  still: number;
  waitsFor: 'people' | 'freeze_approver';
}

/** What these votes come to: one alternative that enough deny rejects, whatever the others say; the first with enough voices approves. */
export function tally(approval: Eligibility, votes: readonly Vote[], today: Today): Tally {
  const open = termsOf(approval.rule).thresholds.filter((one) => appliesTo(one, approval));
  const standIns = escalatedTo(approval, today.policy);
  const said = (threshold: Threshold, vote: Vote['vote']) => {
    const named = peopleNamed(today.policy, threshold.from, approval.subject);
    const voices = voicesOf(approval, new Set([...named, ...standIns]), today);
    return votes.filter((one) => one.vote === vote && voices.has(one.person));
  };
  // Whoever it was escalated to stands in for an approver of the rule, never for one of the freeze.
  const freezes = freezesToSatisfy(approval, today).map((people) => voicesOf(approval, people, today));
  const isStoppedInFreeze = votes.some(
    ({ vote, person }) => vote === 'deny' && freezes.some((people) => people.has(person)),
  );
  if (isStoppedInFreeze || open.some((one) => said(one, 'deny').length >= one.deny))
    return { outcome: 'rejected', still: 0, waitsFor: 'people' };
  const missing = open.map((one) => {
    const yes = said(one, 'approve').filter((vote) => one.when?.reason !== 'given' || vote.reason.trim() !== '');
    return Math.max(0, one.approve - yes.length);
  });
  const still = Math.min(...missing);
  if (still > 0) return { outcome: null, still, waitsFor: 'people' };
  const unsatisfied = freezes.filter(
    (people) => !votes.some(({ vote, person }) => vote === 'approve' && people.has(person)),
  );
  if (unsatisfied.length > 0) return { outcome: null, still: unsatisfied.length, waitsFor: 'freeze_approver' };
  return { outcome: 'approved', still: 0, waitsFor: 'people' };
}

/** Who speaks in this approval for these people: they themselves, and whoever one of them handed their voice to. */
function voicesOf(approval: Eligibility, people: ReadonlySet<PersonId>, { policy }: Today): Set<PersonId> {
  const excluded = excludedFrom(approval, policy);
  const own = new Set([...people].filter((person) => !excluded.has(person)));
  const given = approval.delegations.flatMap(({ from, to }) =>
    own.has(from) && !excluded.has(to) && Object.hasOwn(policy.people, to) ? [to] : [],
  );
  return new Set([...own, ...given]);
}

export function assertReasonGiven({ rule }: Pick<Approval, 'rule'>, press: Pick<Press, 'vote' | 'reason'>): void {
  const { reason } = termsOf(rule);
  const isNeeded = reason === 'always' || (reason === 'on_deny' && press.vote === 'deny');
  if (isNeeded && press.reason.trim() === '')
    throw new Refusal(
      'reason_required',
      reason === 'always'
        ? 'This rule needs a reason; write one line on why.'
        : 'This rule needs a reason for a no; write one line on why.',
    );
}
