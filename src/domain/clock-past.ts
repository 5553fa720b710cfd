import { firstShowing, wallClock } from './zoned.ts';

const DAY_MS = 24 * 3_600_000;

/**
 * When a clock of this zone showed `03:12` last, or `2026-11-21T03:12` (also with a space); null for what is no time. People say when
 * something happened, so it always lies behind us.
 */
export function lastShowingOf(text: string, now: Date, timeZone: string): Date | null {
  const [, day, hours, minutes] = /^(?:(\d{4}-\d\d-\d\d)[T ])?([01]?\d|2[0-3]):([0-5]\d)$/.exec(text.trim()) ?? [];
  if (hours === undefined || minutes === undefined) return null;
  const clock = `${hours.padStart(2, '0')}:${minutes}`;
  if (day !== undefined) return isDay(day) ? firstShowing(`${day}T${clock}`, timeZone) : null;
  const today = onDay(now, clock, timeZone);
  return today <= now ? today : onDay(new Date(now.getTime() - DAY_MS), clock, timeZone);
}

function onDay(at: Date, clock: string, timeZone: string): Date {
  return firstShowing(`${wallClock(at, timeZone).toISOString().slice(0, 10)}T${clock}`, timeZone);
}

function isDay(day: string): boolean {
  const at = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day);
}
