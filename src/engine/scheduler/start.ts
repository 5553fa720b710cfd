import { sentenceOf } from '../../errors.ts';
import type { TickResult } from '../rotations/rotations.ts';
import type { SchedulerDeps } from './deps.ts';
import { openScheduler } from './tick.ts';

// So many looks may be missed before somebody has to hear of it.
const MISSED_LOOKS = 4;

export interface RunningScheduler {
  /** The last look that went through, for metrics; null before the first. */
  lastTick: () => { at: Date; result: TickResult } | null;
  /** For /readyz: not ok when no look has gone through for too long, whatever the reason. */
  health: () => { ok: boolean; detail: string };
  stop: () => Promise<void>;
}

/** Looks at the clock at once and then regularly. A look that fails is logged, and the next one does what it has left. */
export function startScheduler(deps: SchedulerDeps, { everyMs }: { everyMs: number }): RunningScheduler {
  const scheduler = openScheduler(deps);
  let last: { at: Date; result: TickResult } | null = null;
  let lastMs = deps.uptimeMs();
  let round: Promise<void> | null = null;
  const look = async () => {
    const result = await scheduler.tick();
    last = { at: deps.now(), result };
    lastMs = deps.uptimeMs();
  };
  const next = () => {
    // A slow look is never overtaken by the next one.
    round ??= look()
      .catch((error) => deps.log.error({ err: error }, `schedule: ${sentenceOf(error)}`))
      .finally(() => {
        round = null;
      });
  };
  const timer = setInterval(next, everyMs);
  next();
  return {
    lastTick: () => last,
    health: () => {
      const silentMs = deps.uptimeMs() - lastMs;
      const ok = silentMs < MISSED_LOOKS * everyMs;
      return { ok, detail: ok ? '' : `no look at the clock went through for ${Math.round(silentMs / 1_000)} s` };
    },
    stop: async () => {
      clearInterval(timer);
      await round;
    },
  };
}
