import { instantText } from './instant.ts';

const FORWARD_MS = 2 * 60_000;
// Time services put a clock back by less than this without anybody noticing.
const BACKWARD_MS = 5_000;
const STEADY_LOOKS = 3;

/** One look at two clocks: the one on the wall, which people and time services set, and the one that only counts. */
export interface ClockReading {
  wall: Date;
  /** Milliseconds since some instant in the past. */
  uptimeMs: number;
}

export interface ClockWatch {
  last: ClockReading | null;
  /** Looks that have to agree before the wall clock is believed again; 0: it is believed. */
  doubts: number;
}

export const UNWATCHED: ClockWatch = { last: null, doubts: 0 };

/**
 * Compares a look with the one before it; the first look of a process, with the time that the ledger was last written. `jump` is the
 * sentence for the alarm, once per jump. While `watch.doubts` is not 0, nothing that follows from the time of day should be done.
 */
export function watchClock(
  watch: ClockWatch,
  now: ClockReading,
  lastRecordedAt: Date | null,
): { watch: ClockWatch; jump: string | null } {
  const jump = watch.last === null ? behindLedger(now, lastRecordedAt) : jumpSince(watch.last, now);
  if (jump !== null) return { watch: { last: now, doubts: STEADY_LOOKS }, jump };
  return { watch: { last: now, doubts: Math.max(0, watch.doubts - 1) }, jump: null };
}

// That it is far ahead is no sign of anything: Rekey may just not have run.
function behindLedger({ wall }: ClockReading, recordedAt: Date | null): string | null {
  if (recordedAt === null || recordedAt.getTime() - wall.getTime() <= BACKWARD_MS) return null;
  return `The clock shows ${instantText(wall)}, which is before the last entry of the ledger (${instantText(recordedAt)}). ${ADVICE}`;
}

function jumpSince(last: ClockReading, now: ClockReading): string | null {
  const aheadMs = now.wall.getTime() - last.wall.getTime() - (now.uptimeMs - last.uptimeMs);
  if (aheadMs <= FORWARD_MS && aheadMs >= -BACKWARD_MS) return null;
  const way = aheadMs > 0 ? 'forward' : 'back';
  return `The clock of this machine jumped ${way} by ${Math.round(Math.abs(aheadMs) / 1_000)} s, to ${instantText(now.wall)}. ${ADVICE}`;
}

const ADVICE = `Nothing that depends on the time is done until it has been steady for ${STEADY_LOOKS} looks. Check the machine's time service.`;
