import { WEEKDAYS } from '../key-class.ts';
import type { Policy } from '../policy.ts';
import { dayOf } from '../schedule.ts';
import { firstShowing } from '../zoned.ts';

const DAY_MS = 24 * 3_600_000;
const WEEK = 7;

/** A digest whose time comes or came. `day` is the one that the calendar on the team's wall shows: one digest a day, whatever the clock does. */
export interface DueDigest {
  day: string;
  at: Date;
  kind: 'daily' | 'weekly';
}

type Rules = Pick<Policy, 'digest' | 'team'>;

/** The last one whose time has come; null when there is none on any day. An hour that the change to summer time leaves out is the one after it. */
export function lastDigestDue(now: Date, rules: Rules): DueDigest | null {
  for (let back = 0; back <= WEEK; back++) {
    const due = digestOn(dayAway(now, -back, rules), rules);
    if (due !== null && due.at <= now) return due;
  }
  return null;
}

/** The first one after this instant. */
export function nextDigestDue(now: Date, rules: Rules): DueDigest | null {
  for (let ahead = 0; ahead <= WEEK; ahead++) {
    const due = digestOn(dayAway(now, ahead, rules), rules);
    if (due !== null && due.at > now) return due;
  }
  return null;
}

/** The digests after that day up to and with this one: more than one means that some were left out. */
export function daysDueSince(lastDay: string, due: DueDigest, rules: Rules): string[] {
  const days: string[] = [];
  for (let at = noonOf(lastDay) + DAY_MS; at <= noonOf(due.day); at += DAY_MS) {
    const day = new Date(at).toISOString().slice(0, 10);
    if (digestOn(day, rules) !== null) days.push(day);
  }
  return days;
}

function digestOn(day: string, { digest, team }: Rules): DueDigest | null {
  const weekday = WEEKDAYS[(new Date(noonOf(day)).getUTCDay() + 6) % WEEK];
  if (weekday === undefined || !digest.days.includes(weekday)) return null;
  const at = firstShowing(`${day}T${digest.at}`, team.time_zone);
  return { day, at, kind: weekday === digest.summary ? 'weekly' : 'daily' };
}

/** Counted on the calendar: a day of 23 or 25 hours is one day all the same. */
function dayAway(now: Date, days: number, { team }: Rules): string {
  return new Date(noonOf(dayOf(now, team.time_zone)) + days * DAY_MS).toISOString().slice(0, 10);
}

function noonOf(day: string): number {
  return new Date(`${day}T12:00:00Z`).getTime();
}
