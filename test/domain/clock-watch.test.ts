import { expect, it } from 'vitest';
import { type ClockWatch, UNWATCHED, watchClock } from '../../src/domain/clock-watch.ts';
import { HOUR, MINUTE, NOON } from '../support/builders.ts';

/** Looks every 30 s; `steps` are what the wall clock gains on the counting one before each look. */
function looks(...steps: number[]): { doubts: number[]; jumps: (string | null)[] } {
  let watch: ClockWatch = UNWATCHED;
  let wall = NOON.getTime();
  let uptimeMs = 1_000_000;
  const seen = [watchClock(watch, { wall: NOON, uptimeMs }, null)];
  watch = seen[0]?.watch ?? watch;
  for (const step of steps) {
    wall += 30_000 + step;
    uptimeMs += 30_000;
    const next = watchClock(watch, { wall: new Date(wall), uptimeMs }, null);
    watch = next.watch;
    seen.push(next);
  }
  return { doubts: seen.map((one) => one.watch.doubts), jumps: seen.map((one) => one.jump) };
}

it('believes a clock that runs, and one that a time service moves by a little', () => {
  expect(looks(0, 1_500, -1_500, 2 * MINUTE).doubts).toEqual([0, 0, 0, 0, 0]);
});

it('doubts a clock that jumped forward until three looks agree, and says so once', () => {
  const { doubts, jumps } = looks(HOUR, 0, 0, 0, 0);
  expect(doubts).toEqual([0, 3, 2, 1, 0, 0]);
  expect(jumps.filter((jump) => jump !== null)).toEqual([
    expect.stringContaining('The clock of this machine jumped forward by 3600 s, to 2027-03-10 13:00:30 UTC.'),
  ]);
});

it('doubts a clock that was put back', () => {
  expect(looks(-HOUR, 0).doubts).toEqual([0, 3, 2]);
  expect(looks(-HOUR).jumps[1]).toContain('jumped back by 3600 s');
});

it('begins to count anew when it jumps again', () => {
  expect(looks(HOUR, 0, -HOUR, 0).doubts).toEqual([0, 3, 2, 3, 2]);
});

it('takes a long sleep for what it is when both clocks went on', () => {
  const before = watchClock(UNWATCHED, { wall: NOON, uptimeMs: 0 }, null).watch;
  const after = { wall: new Date(NOON.getTime() + 9 * HOUR), uptimeMs: 9 * HOUR };
  expect(watchClock(before, after, null)).toEqual({ watch: { last: after, doubts: 0 }, jump: null });
});

it('doubts, at its first look, a clock that shows less than the ledger has seen', () => {
  const recordedAt = new Date(NOON.getTime() + HOUR);
  const first = watchClock(UNWATCHED, { wall: NOON, uptimeMs: 0 }, recordedAt);
  expect(first.watch.doubts).toBe(3);
  expect(first.jump).toContain('before the last entry of the ledger (2027-03-10 13:00:00 UTC)');
});

it('does not doubt a clock after a long time without Rekey', () => {
  expect(watchClock(UNWATCHED, { wall: NOON, uptimeMs: 0 }, new Date(0)).watch.doubts).toBe(0);
});
