import { quietUntil } from './quiet-hours.ts';
import { zonedInstant, zonedParts } from './zoned.ts';

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

function isWeekend(weekday: string): boolean {
  return weekday === 'Sat' || weekday === 'Sun';
}
