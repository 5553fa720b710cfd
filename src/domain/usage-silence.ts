import { type Calls, type StillCalling, stillCalling } from './usage-share.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

type Counted = Calls & { minute: Date };

/** What was counted with both keys since the grace began. */
export interface Count {
  old: readonly Counted[];
  replacement: readonly Counted[];
}

export interface Silence {
  lastCallAt: Date;
  /** As it was in the hour in which the old key was called last. */
  before: StillCalling;
  /** Calls with the replacement since counting seems to work again. */
  newest: Date | null;
}

/**
 * Silence is no evidence: a clock that jumped, or a Rekey that was down, saw no calls either. There is one when the old key was called in this
 * grace but not since `from`, and either nobody called since, or the first who did came after more than an hour without anybody.
 */
export function silenceOf({ old, replacement }: Count, from: Date): Silence | null {
  const lastCallAt = latest(old);
  if (lastCallAt === null || lastCallAt >= from) return null;
  const after = heard(replacement).filter(({ minute }) => minute >= from);
  const first = after.reduce((soonest, { minute }) => Math.min(soonest, minute.getTime()), Number.POSITIVE_INFINITY);
  const previous = latest([...old, ...replacement].filter(({ minute }) => minute.getTime() < first)) ?? lastCallAt;
  if (first - previous.getTime() <= HOUR_MS) return null;
  const lastHour = ({ minute }: Counted) => minute <= lastCallAt && minute.getTime() > lastCallAt.getTime() - HOUR_MS;
  const before = stillCalling(old.filter(lastHour), replacement.filter(lastHour));
  return { lastCallAt, before, newest: latest(after) };
}

/** Whether the old key was not called from `heldAt` on. Calls are counted by the minute: one after it may stand under the minute that it is in. */
export function lastsSince(heldAt: Date, { lastCallAt }: Silence): boolean {
  return lastCallAt.getTime() < Math.floor(heldAt.getTime() / MINUTE_MS) * MINUTE_MS;
}

/** Whether a silence that has lasted since `heldAt` means something by now: after an hour, or when its replacement was called. */
export function isWatched({ newest }: Silence, heldAt: Date, now: Date): boolean {
  return now.getTime() - heldAt.getTime() >= HOUR_MS || (newest !== null && newest > heldAt);
}

function latest(counted: readonly Counted[]): Date | null {
  const times = heard(counted).map(({ minute }) => minute.getTime());
  return times.length === 0 ? null : new Date(times.reduce((a, b) => Math.max(a, b)));
}

function heard(counted: readonly Counted[]): Counted[] {
  return counted.filter(({ accepted, rejected }) => accepted + rejected > 0);
}
