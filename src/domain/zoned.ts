export interface ZonedParts {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  weekday: string;
}

/** What a clock on a wall in this zone shows at this instant. */
export function zonedParts(at: Date, timeZone: string): ZonedParts {
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const number = (type: Intl.DateTimeFormatPartTypes) => Number(parts.get(type));
  return {
    year: number('year'),
    month: number('month'),
    day: number('day'),
    hour: number('hour'),
    minute: number('minute'),
    second: number('second'),
    weekday: parts.get('weekday') ?? '',
  };
}

/**
 * The instant at which a clock on a wall in this zone shows this hour; `day` may run past the end of the month. An hour that the change to
 * summer time leaves out becomes the one after it.
 */
export function zonedInstant(wall: { year: number; month: number; day: number; hour: number }, timeZone: string): Date {
  const wanted = Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour);
  const first = wanted - offsetMs(new Date(wanted), timeZone);
  // The offset was taken some hours off; on the day of a change it may differ at the instant itself.
  return new Date(wanted - offsetMs(new Date(first), timeZone));
}

/** The same clock as a Date that is read with getUTC… only. */
export function wallClock(at: Date, timeZone: string): Date {
  return new Date(at.getTime() + offsetMs(at, timeZone));
}

/** The first instant at which the clock shows `2026-12-24T18:00` or, where it leaves that out, something later. */
export function firstShowing(wall: string, timeZone: string): Date {
  const { wanted, before, after, change } = aroundWall(wall, timeZone);
  return new Date(wanted - before < change ? wanted - before : Math.max(change, wanted - after));
}

/** The last instant before which the clock shows something earlier than this. */
export function lastShowing(wall: string, timeZone: string): Date {
  const { wanted, before, after, change } = aroundWall(wall, timeZone);
  return new Date(wanted - after > change ? wanted - after : Math.min(change, wanted - before));
}

// No zone is further than this from UTC, so every instant that shows the time lies within it.
const FURTHEST_MS = 15 * 3_600_000;

function aroundWall(wall: string, timeZone: string) {
  const wanted = new Date(`${wall}Z`).getTime();
  const early = new Date(wanted - FURTHEST_MS);
  const late = new Date(wanted + FURTHEST_MS);
  const change = (nextOffsetChange(early, late, timeZone) ?? late).getTime();
  return { wanted, before: offsetMs(early, timeZone), after: offsetMs(late, timeZone), change };
}

/** The instant after `from` and not after `to` from which the clock of this zone runs at another distance from UTC; null when it does not. */
export function nextOffsetChange(from: Date, to: Date, timeZone: string): Date | null {
  const offset = offsetMs(from, timeZone);
  if (offsetMs(to, timeZone) === offset) return null;
  let same = Math.floor(from.getTime() / 1_000);
  let other = Math.ceil(to.getTime() / 1_000);
  while (other - same > 1) {
    const middle = Math.floor((same + other) / 2);
    if (offsetMs(new Date(middle * 1_000), timeZone) === offset) same = middle;
    else other = middle;
  }
  return new Date(other * 1_000);
}

function offsetMs(at: Date, timeZone: string): number {
  const { year, month, day, hour, minute, second } = zonedParts(at, timeZone);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at.getTime() / 1_000) * 1_000;
}

// Making one costs far more than using it, and a search over months uses it thousands of times.
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
    weekday: 'short',
  });
  formats.set(timeZone, format);
  return format;
}
