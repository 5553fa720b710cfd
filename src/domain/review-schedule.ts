import type { ReviewSettings } from './follow-up-settings.ts';
import { WEEKDAYS } from './key-class.ts';
import type { ReviewKind } from './review.ts';
import { firstShowing, wallClock } from './zoned.ts';

const DAY_MS = 86_400_000;
const QUARTERS: readonly number[] = [0, 3, 6, 9];
// A review that Rekey was not there for is opened late; after that the next one says what was left.
const LATE_MS = 3 * DAY_MS;
// Further back than the longest way between two reviews of a kind.
const LOOK_BACK_DAYS = 200;

export interface ReviewTime {
  id: string;
  fromAt: Date;
  toAt: Date;
}

/** The review of this kind whose time has come and is not long past; null for none, and for a kind that is switched off. */
export function reviewTime(
  kind: ReviewKind,
  of: { settings: ReviewSettings; zone: string; now: Date },
): ReviewTime | null {
  const weekday = of.settings[kind]?.weekday;
  if (weekday === undefined) return null;
  const days = daysOf(kind, { ...of, weekday });
  const [last, before] = days;
  if (last === undefined || before === undefined || of.now.getTime() - last.at.getTime() > LATE_MS) return null;
  return { id: `rev-${kind}-${last.day}`, fromAt: before.at, toAt: last.at };
}

/** The last two days of this kind, the later one first: what lies between them is what the review looks back on. */
function daysOf(
  kind: ReviewKind,
  { settings, zone, now, weekday }: { settings: ReviewSettings; zone: string; now: Date; weekday: string },
): { day: string; at: Date }[] {
  const found: { day: string; at: Date }[] = [];
  const today = wallClock(now, zone);
  for (let back = 0; back <= LOOK_BACK_DAYS && found.length < 2; back++) {
    const wall = new Date(today.getTime() - back * DAY_MS);
    if (!isDay(kind, wall, weekday)) continue;
    const day = wall.toISOString().slice(0, 10);
    const at = firstShowing(`${day}T${settings.at}`, zone);
    if (at <= now) found.push({ day, at });
  }
  return found;
}

function isDay(kind: ReviewKind, wall: Date, weekday: string): boolean {
  // getUTCDay counts from Sunday.
  if (WEEKDAYS[(wall.getUTCDay() + 6) % 7] !== weekday) return false;
  const isFirst = wall.getUTCDate() <= 7;
  switch (kind) {
    case 'weekly':
      return true;
    case 'monthly':
      return isFirst;
    case 'quarterly':
      return isFirst && QUARTERS.includes(wall.getUTCMonth());
    default:
      return kind satisfies never;
  }
}
