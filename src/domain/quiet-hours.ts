import { nextOffsetChange, wallClock } from './zoned.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** The end of the quiet hours that this instant falls into, on a clock of that zone; null outside of them. They may go past midnight. */
export function quietUntil(at: Date, quiet: { from: string; to: string }, timeZone: string): Date | null {
  const [from, to] = [msOf(quiet.from), msOf(quiet.to)];
  const sinceMidnight = wallClock(at, timeZone).getTime() % DAY_MS;
  const isQuiet =
    from <= to ? from <= sinceMidnight && sinceMidnight < to : sinceMidnight >= from || sinceMidnight < to;
  if (!isQuiet) return null;
  const end = new Date(at.getTime() + ((to - sinceMidnight + DAY_MS) % DAY_MS));
  const change = nextOffsetChange(at, end, timeZone);
  // The clock is put forward or back before the end, so the end is read again from there.
  return change === null || change >= end ? end : (quietUntil(change, quiet, timeZone) ?? change);
}

function msOf(clock: string): number {
  const [hours, minutes] = clock.split(':').map(Number);
  return ((hours ?? 0) * 60 + (minutes ?? 0)) * MINUTE_MS;
}
