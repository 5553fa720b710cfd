import type { Actor, IncidentId, PersonId } from './ids.ts';

/** What has to happen after an incident so that it does not come again: a row with an owner and a date, until it is done. */
export interface FollowUp {
  id: string;
  incident: IncidentId;
  what: string;
  /** As policy.yaml and the ledger name owners: `carol`, `group:payments`. */
  owner: string;
  dueAt: Date;
  /** Which rule of follow-ups.ts asked for it; null: a person did. */
  rule: string | null;
  addedBy: Actor;
  addedAt: Date;
  /** Since when its reminders count: when it was added, or its date was moved last. */
  sinceAt: Date;
  /** Null while it is open. */
  ended: FollowUpEnd | null;
}

export interface FollowUpEnd {
  how: 'done' | 'dropped';
  by: PersonId;
  at: Date;
  /** What shows that it is done, or why it was dropped. */
  note: string;
}

export function isOverdue({ ended, dueAt }: Pick<FollowUp, 'ended' | 'dueAt'>, now: Date): boolean {
  return ended === null && dueAt <= now;
}

/** What people write down about an incident after it, or a link to it. Asked for until it is there. */
export interface Retrospective {
  incident: IncidentId;
  dueAt: Date;
  /** Who is reminded: the commander, or the owner of the key. */
  people: PersonId[];
  published: { words: string; by: PersonId; at: Date } | null;
}

/** One message to one person about everything that waits for them: at most one a day. */
export interface Nag {
  id: string;
  person: PersonId;
  /** On a calendar of the team's zone: `2027-03-11`. */
  day: string;
  items: NagItem[];
}

export interface NagItem {
  /** The id of a follow-up, or `retrospective:<incident>`. */
  subject: string;
  /** As in the row of what it is about: a date that is moved begins its reminders anew. */
  sinceAt: Date;
  /** Its number in the schedule of reminders; the ones before it that nobody was sent are passed over. */
  nth: number;
  /** Not the owner, but whom it has come to because it is overdue for long. */
  escalated: boolean;
}

export function retrospectiveSubject(incident: IncidentId): string {
  return `retrospective:${incident}`;
}
