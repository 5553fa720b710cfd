import type { Approval } from '../approval.ts';
import type { PersonId } from '../ids.ts';
import { termsOf } from '../policy/approval-rule.ts';
import { type Policy, peopleNamed } from '../policy.ts';
import { quietUntil } from '../quiet-hours.ts';
import { eligibleFor, excludedFrom, less } from './eligible.ts';
import { runAt } from './run-at.ts';

export interface Due {
  /** `number`: the rung of the rule's `remind`, from 1 on; after a stop several that are due are one. */
  remind: { number: number; people: PersonId[] } | null;
  escalate: { number: number; people: PersonId[] }[];
  /** When to look again: at the next rung or the end of what people have to decide. */
  wakeAt: Date;
}

/** Who is to be reminded or asked now, and when to look again. Quiet hours put both off, unless it is an emergency. */
export function dueOf(approval: Approval, { policy, now }: { policy: Policy; now: Date }): Due {
  const { remindMs, escalate } = termsOf(approval.rule);
  const timeOf = (afterMs: number) =>
    heard(new Date(approval.createdAt.getTime() + afterMs), { isEmergency: approval.subject.emergency, policy });
  const isDue = (afterMs: number) => timeOf(afterMs) <= now && timeOf(afterMs) < approval.expiresAt;
  const reminded = remindMs.filter(isDue).length;
  const taken = escalate.filter(({ afterMs }) => isDue(afterMs)).length;
  const next = [...remindMs.slice(reminded), ...escalate.slice(taken).map(({ afterMs }) => afterMs)].map(timeOf);
  return {
    remind: reminded > approval.reminded ? { number: reminded, people: undecided(approval, { policy, now }) } : null,
    escalate: escalate.slice(approval.escalated, taken).map(({ to }, index) => ({
      number: approval.escalated + index + 1,
      people: sorted(less(peopleNamed(policy, to, approval.subject), excludedFrom(approval, policy))),
    })),
    wakeAt: new Date(Math.min(approval.expiresAt.getTime(), ...next.map((at) => at.getTime()))),
  };
}

function heard(at: Date, { isEmergency, policy }: { isEmergency: boolean; policy: Policy }): Date {
  const { quiet_hours: quiet, time_zone: timeZone } = policy.team;
  return isEmergency || quiet === undefined ? at : (quietUntil(at, quiet, timeZone) ?? at);
}

function undecided(approval: Approval, { policy, now }: { policy: Policy; now: Date }): PersonId[] {
  const voted = new Set(approval.votes.map(({ person }) => person));
  return sorted(less(eligibleFor(approval, { policy, runAt: runAt(approval, now) }), voted));
}

function sorted(people: ReadonlySet<PersonId>): PersonId[] {
  return [...people].sort();
}
