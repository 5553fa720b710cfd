import type { Approval, Vote } from '../approval.ts';
import { termsOf } from '../policy/approval-rule.ts';
import { appliesTo, type Today } from './eligible.ts';
import { freezeApprovers } from './freeze.ts';
import { tally } from './tally.ts';

/** Who is missing for a yes although everybody who was asked agreed, in words; null when they are enough. */
export function missingPeople(approval: Approval, today: Today): string | null {
  const terms = termsOf(approval.rule);
  if (terms.tier === 0) return null;
  const everybody = approval.asked.map(
    (person): Vote => ({ person, vote: 'approve', reason: 'yes', at: today.runAt, proof: 'click', notBefore: null }),
  );
  const { outcome, waitsFor } = tally(approval, everybody, today);
  if (outcome === 'approved') return null;
  if (waitsFor === 'freeze_approver') {
    const people = [...freezeApprovers(approval, today)].sort().join(', ');
    return `one of the freeze's approvers (${people || 'nobody whom policy.yaml knows'})`;
  }
  const open = terms.thresholds.filter((one) => appliesTo(one, approval));
  return (
    open.map(({ approve, from }) => `${approve} of ${from.join(', ')}`).join(', or ') ||
    'an alternative that holds here'
  );
}
