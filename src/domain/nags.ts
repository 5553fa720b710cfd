import type { FollowUp, NagItem, Retrospective } from './follow-up.ts';
import { retrospectiveSubject } from './follow-up.ts';
import type { FollowUpSettings } from './follow-up-settings.ts';
import type { PersonId } from './ids.ts';

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;

/** The reminders of one date, in order: some days before it, at it, and then every week until it is done. */
const BEFORE = 1;
const AT_DUE = 2;

/**
 * The number of the reminder that is due by now, 0 before the first. It follows from the row alone, so what was sent is one number: a crash
 * can neither repeat nor lose one, and what a stop kept from being sent is passed over.
 */
export function nagDue(
  { dueAt, sinceAt, ended }: Pick<FollowUp, 'dueAt' | 'sinceAt' | 'ended'>,
  { remind_before_days: days }: FollowUpSettings,
  now: Date,
): number {
  if (ended !== null) return 0;
  if (now >= dueAt) return AT_DUE + Math.floor((now.getTime() - dueAt.getTime()) / WEEK_MS);
  const beforeAt = new Date(dueAt.getTime() - days * DAY_MS);
  // What is due soon when it is written down needs no reminder of what was said just now.
  return days > 0 && now >= beforeAt && beforeAt > sinceAt ? BEFORE : 0;
}

export function isEscalated(nth: number, { escalate_after_weeks: weeks }: FollowUpSettings): boolean {
  return nth >= AT_DUE + weeks;
}

/** First on its day, then every week until it is published. */
export function retrospectiveNagDue({ dueAt, published }: Retrospective, now: Date): number {
  if (published !== null || now < dueAt) return 0;
  return 1 + Math.floor((now.getTime() - dueAt.getTime()) / WEEK_MS);
}

/** What is open, whom each of it concerns, and what everybody was sent so far. */
export interface NagFacts {
  followUps: readonly { followUp: FollowUp; owners: readonly PersonId[]; escalation: readonly PersonId[] }[];
  retrospectives: readonly Retrospective[];
  /** The last reminder of a subject and date that a person was sent; 0 for none. */
  sent: (subject: string, sinceAt: Date, person: PersonId) => number;
  settings: FollowUpSettings;
  now: Date;
}

/** Everything that each person has to be reminded of now: all of it in one message, and nothing of it twice. */
export function nagsFor(facts: NagFacts): Map<PersonId, NagItem[]> {
  const { followUps, retrospectives, sent, settings, now } = facts;
  const nags = new Map<PersonId, NagItem[]>();
  const add = (person: PersonId, item: NagItem) => {
    if (sent(item.subject, item.sinceAt, person) >= item.nth) return;
    nags.set(person, [...(nags.get(person) ?? []), item]);
  };
  for (const { followUp, owners, escalation } of followUps) {
    const nth = nagDue(followUp, settings, now);
    if (nth === 0) continue;
    const about = { subject: followUp.id, sinceAt: followUp.sinceAt, nth };
    for (const person of owners) add(person, { ...about, escalated: false });
    // Where nobody owns it, somebody has to hear of it all the same.
    const others = owners.length === 0 || isEscalated(nth, settings) ? escalation : [];
    for (const person of others) if (!owners.includes(person)) add(person, { ...about, escalated: true });
  }
  for (const one of retrospectives) {
    const nth = retrospectiveNagDue(one, now);
    const about = { subject: retrospectiveSubject(one.incident), sinceAt: one.dueAt, nth, escalated: false };
    if (nth > 0) for (const person of one.people) add(person, about);
  }
  return nags;
}
