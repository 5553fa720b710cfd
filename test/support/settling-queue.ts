import type { Queue } from '../../src/engine/queue.ts';
import { Refusal } from '../../src/errors.ts';

export interface SettlingQueue extends Pick<Queue, 'wake' | 'alarm'> {
  work: (advance: (run: string) => Promise<void>) => void;
  /** Resolves when no run is being advanced and none is waiting to be. */
  settle: () => Promise<void>;
  /** Rings the alarms that are due. */
  ring: (now: Date) => Promise<void>;
  alarms: { run: string; at: Date }[];
  /** The backend is gone: every call is refused, as the real one does. */
  away: boolean;
  /** Wakes are taken and never come: a backend that lost its memory. */
  forgets: boolean;
  errors: unknown[];
}

/** The alarm clock in this process: one call at a time per run, one more for whatever came meanwhile, alarms when a test rings them. */
export function settlingQueue(): SettlingQueue {
  const busy = new Map<string, Promise<void>>();
  const again = new Set<string>();
  let advance: (run: string) => Promise<void> = async () => {};
  const takeTurns = async (run: string) => {
    do {
      again.delete(run);
      await advance(run).catch((error) => queue.errors.push(error));
    } while (again.has(run));
  };
  const queue: SettlingQueue = {
    away: false,
    forgets: false,
    alarms: [],
    errors: [],
    work: (given) => {
      advance = given;
    },
    wake: async (run) => {
      if (queue.away) throw new Refusal('queue_away', 'The queue is away.');
      if (queue.forgets) return;
      if (busy.has(run)) again.add(run);
      else
        busy.set(
          run,
          takeTurns(run).finally(() => busy.delete(run)),
        );
    },
    alarm: async (run, at) => {
      if (queue.away) throw new Refusal('queue_away', 'The queue is away.');
      if (!queue.forgets) queue.alarms.push({ run, at });
    },
    settle: async () => {
      while (busy.size > 0) await Promise.all(busy.values());
    },
    ring: async (now) => {
      const due = queue.alarms.filter(({ at }) => at <= now);
      queue.alarms = queue.alarms.filter(({ at }) => at > now);
      for (const { run } of due) await queue.wake(run);
      await queue.settle();
    },
  };
  return queue;
}
