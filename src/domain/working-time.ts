import { Refusal } from '../errors.ts';
import { quietUntil } from './quiet-hours.ts';
import { firstShowing, zonedInstant, zonedParts } from './zoned.ts';

const FIRST_HOUR = 9;
const LAST_HOUR = 17;

interface Team {
  time_zone: string;
  quiet_hours?: { from: string; to: string } | undefined;
}

/** Whether somebody may be reminded of what is no emergency: on a weekday, in working hours, and outside of the team's quiet hours. */
export function isWorkingTime(at: Date, { time_zone: zone, quiet_hours: quiet }: Team): boolean {
  const { hour, weekday } = zonedParts(at, zone);
  if (isWeekend(weekday) || hour < FIRST_HOUR || hour >= LAST_HOUR) return false;
  return quiet === undefined || quietUntil(at, quiet, zone) === null;
}

/** Nine in the morning, so many working days later. */
export function workingDaysAfter(from: Date, days: number, zone: string): Date {
  const { year, month, day } = zonedParts(from, zone);
  let left = days;
  for (let ahead = 1; ; ahead++) {
    const at = zonedInstant({ year, month, day: day + ahead, hour: FIRST_HOUR }, zone);
    if (!isWeekend(zonedParts(at, zone).weekday)) left -= 1;
    if (left <= 0) return at;
  }
}

/** Five in the afternoon of that day on a clock of the team's zone. Refusal `bad_date` for what is no day. */
export function endOfWorkingDay(day: string, zone: string): Date {
  const at = new Date(`${day}T00:00:00Z`);
  // 30 February is no day, and JavaScript would make one of March of it.
  const isDay = /^\d{4}-\d\d-\d\d$/.test(day) && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day);
  if (!isDay) throw new Refusal('bad_date', 'The date has to be a day such as 2027-03-24.');
  return firstShowing(`${day}T${LAST_HOUR}:00`, zone);
}

function isWeekend(weekday: string): boolean {
  return weekday === 'Sat' || weekday === 'Sun';
}
