import type { Queue } from '../engine/queue.ts';

/** The one embedded queue of a drill, which takes seconds to make, lent to one scenario after the other. */
export interface SharedQueue {
  /** `at` stands in the time of the drill: the queue rings by the machine's clock. */
  lend: (onMachine: (at: Date) => Date) => Lent;
  close: () => Promise<void>;
}

export interface Lent {
  queue: Queue;
  /** When each sleeping run wants to be woken. */
  alarms: Map<string, Date>;
}

export async function shareQueue(queue: Queue): Promise<SharedQueue> {
  let advance: ((run: string) => Promise<void>) | null = null;
  // A wake that is left over from the scenario before finds nobody, as its ledger is gone.
  await queue.work(async (run) => advance?.(run), { concurrency: 4 });
  return {
    lend: (onMachine) => {
      const alarms = new Map<string, Date>();
      const lent: Queue = {
        ...queue,
        work: async (mine) => {
          advance = mine;
        },
        alarm: (run, at) => {
          alarms.set(run, at);
          return queue.alarm(run, onMachine(at));
        },
        close: async () => {
          advance = null;
        },
      };
      return { queue: lent, alarms };
    },
    close: queue.close,
  };
}
