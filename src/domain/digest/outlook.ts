import type { CalendarDay } from '../calendar.ts';
import { dayOf } from '../schedule.ts';
import { firstShowing } from '../zoned.ts';
import type { OutlookWeek } from './digest.ts';

const DAY_MS = 24 * 3_600_000;
export const OUTLOOK_DAYS = 90;
const WEEKS = Math.ceil(OUTLOOK_DAYS / 7);

/** The first instant of each of the next weeks, beginning today, and the end of the last one: 13 weeks lie between 14 instants. */
export function weekStarts(now: Date, timeZone: string): { day: string; at: Date }[] {
  const today = new Date(`${dayOf(now, timeZone)}T12:00:00Z`).getTime();
  return Array.from({ length: WEEKS + 1 }, (_, week) => {
    const days = Math.min(week * 7, OUTLOOK_DAYS);
    const day = new Date(today + days * DAY_MS).toISOString().slice(0, 10);
    return { day, at: week === 0 ? now : firstShowing(`${day}T00:00`, timeZone) };
  });
}

/** `expiring[n]`: how many keys end between the n-th instant and the next one. */
export function outlookOf(
  starts: readonly { day: string }[],
  { expiring, calendar }: { expiring: readonly number[]; calendar: readonly CalendarDay[] },
): OutlookWeek[] {
  return starts.slice(0, -1).map(({ day: from }, week) => {
    const until = starts[week + 1]?.day ?? from;
    const rows = calendar.filter(({ day }) => from <= day && day < until).flatMap((one) => one.rows);
    const byHand = rows.filter(({ how }) => how === 'by_hand').length;
    return { from, expiring: expiring[week] ?? 0, rotating: rows.length - byHand, byHand };
  });
}
