import { setTimeout as pause } from 'node:timers/promises';
import { sentenceOf } from '../errors.ts';
import { type Backend, backendOf, type QueueLog } from './queue/backends.ts';
import { keepLine } from './queue/kept-line.ts';
import type { Line } from './queue/line.ts';
import { type Hands, oneAtATime } from './queue/one-at-a-time.ts';

/** The alarm clock: it says when to look at a run and nothing else. Losing all of it loses no run, for the ledger's sweep wakes what is due. */
export interface Queue {
  /**
   * Asks for `runId` to be advanced soon. Resolves when the backend has it, rejects (Refusal `queue_away`) within 2 s when the backend is
   * away: callers carry on, the sweep heals.
   */
  wake: (runId: string) => Promise<void>;
  /**
   * Starts processing, `concurrency` runs at once. `advance(runId)` is called at most once at a time per run in this process; wakes that come
   * while it works give exactly one more call. What it throws goes to onError and is not tried again: retrying is the ledger's business.
   */
  work: (advance: (runId: string) => Promise<void>, options: { concurrency: number }) => Promise<void>;
  /** Wakes `runId` not before `at`. Losing it costs nothing, for the timer is a row in the ledger and the sweep finds it. */
  alarm: (runId: string, at: Date) => Promise<void>;
  health: () => Promise<QueueHealth>;
  /** Waits up to 10 s for the runs in hand, then leaves. */
  close: () => Promise<void>;
}

export interface QueueHealth {
  backend: Backend['kind'];
  ok: boolean;
  detail: string;
}

export interface QueueOptions {
  /** QUEUE_URL: redis://, rediss:// or postgres://. Not given: the embedded queue in `<dataDir>/queue`. */
  url?: string | undefined;
  dataDir: string;
  log: QueueLog;
  /** Queues of different names on one backend do not see each other. */
  name?: string;
  /** What `advance` threw, and trouble of the backend that is not just its absence. Passwords of `url` are taken out. */
  onError: (error: unknown) => void;
}

const LEAVE_AFTER_MS = 10_000;

/**
 * Opens the queue, also while its server is away: it then heals by itself. Refusals: `queue_url` (a URL it cannot use), `queue_in_use`
 * (another process works in the embedded queue's directory).
 */
export async function openQueue(options: QueueOptions): Promise<Queue> {
  const { log, name = 'rekey', onError } = options;
  const backend = backendOf({ url: options.url, dataDir: options.dataDir, name, log });
  const kept = await keepLine({ backend, name, log, onError });
  let hands: Hands | undefined;
  let closing: Promise<void> | undefined;

  const wake = (runId: string) => kept.use((line) => line.advance(runId));
  return {
    wake,
    work: async (advance, { concurrency }) => {
      if (hands !== undefined) throw new Error('work() was called twice');
      const mine = oneAtATime(advance, onError);
      hands = mine;
      // An alarm that cannot become a wake is dropped: the backend went away, and the sweep finds the timer in the ledger.
      const ring = (runId: string) => wake(runId).catch(() => {});
      await kept.work({ concurrency, perform: (job, runId) => (job === 'alarm' ? ring(runId) : mine.take(runId)) });
    },
    alarm: (runId, at) => kept.use((line) => line.alarm(runId, at)),
    health: async () => {
      const problem = await kept.use((line) => line.ping()).then(() => null, sentenceOf);
      return { backend: backend.kind, ok: problem === null, detail: problem ?? `${backend.kind}, ${backend.place}` };
    },
    close: () => {
      hands?.stop();
      closing ??= kept.close((line) => letWorkEnd(line, hands, log));
      return closing;
    },
  };
}

async function letWorkEnd(line: Line, hands: Hands | undefined, log: QueueLog): Promise<void> {
  const count = () => hands?.count() ?? 0;
  const deadline = Date.now() + LEAVE_AFTER_MS;
  let stopped = false;
  const noteStop = () => {
    stopped = true;
  };
  void line.stopWork().then(noteStop, noteStop);
  // BullMQ does not stop while its server is away, so that it has stopped is waited for only as long as something is in hand.
  for (let idleMs = 0; !stopped && idleMs < 1_000 && Date.now() < deadline; idleMs = count() === 0 ? idleMs + 20 : 0) {
    await pause(20);
  }
  if (count() > 0)
    log.warn(`Left the queue with ${count()} runs in hand; the ledger knows them and they go on at the next start.`);
}
