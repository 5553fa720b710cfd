import type { Approval } from '../approval.ts';
import type { PersonId } from '../ids.ts';
import { type Policy, peopleNamed } from '../policy.ts';
import { freezeAt } from '../windows.ts';

/**
 * Whose agreement a freeze wants besides that of the rule, for what would run at `runAt`; nobody's when none is on, when it names nobody, or
 * in an emergency. Of several freezes each has to be satisfied, so that people who stand for one do not speak for another.
 */
export function freezesToSatisfy(
  { subject }: Pick<Approval, 'subject'>,
  { policy, runAt }: { policy: Policy; runAt: Date },
): Set<PersonId>[] {
  if (subject.emergency) return [];
  const { time_zone: timeZone } = policy.team;
  return policy.freezes.flatMap((freeze) => {
    const { approvers = [] } = freeze;
    if (approvers.length === 0) return [];
    const isOn = freezeAt(runAt, { freezes: [freeze], timeZone, environment: subject.environment ?? '' }) !== null;
    return isOn ? [peopleNamed(policy, approvers, subject)] : [];
  });
}

export function freezeApprovers(
  approval: Pick<Approval, 'subject'>,
  today: { policy: Policy; runAt: Date },
): Set<PersonId> {
  return new Set(freezesToSatisfy(approval, today).flatMap((people) => [...people]));
}
