import { withBackend } from 'bullmq';
import { z } from 'zod';
import type { Backend, BackendEvents } from './backends.ts';
import { within } from './within.ts';

/** All that a job says. What is to be done is in the ledger. */
const Payload = z.strictObject({ runId: z.string() });
type Payload = z.infer<typeof Payload>;

export type JobName = 'advance' | 'alarm';

export interface Work {
  perform: (name: string, runId: string) => Promise<void>;
  concurrency: number;
}

/** One living connection to the backend, with BullMQ on top. */
export interface Line {
  advance: (runId: string) => Promise<void>;
  alarm: (runId: string, at: Date) => Promise<void>;
  work: (work: Work) => Promise<void>;
  ping: () => Promise<void>;
  /** Takes no new jobs and resolves when those in hand have ended. */
  stopWork: () => Promise<void>;
  close: () => Promise<void>;
}

const READY_MS = 5_000;

export async function openLine(backend: Backend, name: string, events: BackendEvents): Promise<Line> {
  let closed = false;
  const live: BackendEvents = {
    trouble: (error) => {
      if (!closed) events.trouble(error);
    },
    lost: (error) => {
      if (!closed) events.lost(error);
    },
  };
  const open = await backend.open(live);
  const jobs = new (withBackend(open.producer).Queue)<Payload, void, JobName>(name, {
    connection: backend.place,
    // Nothing reads BullMQ's event stream, so it need not grow.
    streams: { events: { maxLen: 100 } },
    defaultJobOptions: { removeOnComplete: true, removeOnFail: true, attempts: 1 },
  });
  jobs.on('error', live.trouble);
  let worker: { close: (force?: boolean) => Promise<void> } | undefined;

  const close = async () => {
    closed = true;
    await within(1_000, Promise.all([worker?.close(true), jobs.close()])).catch(() => {});
    await within(3_000, open.close()).catch(() => {});
  };
  const line: Line = {
    advance: async (runId) => {
      await jobs.add('advance', { runId }, { deduplication: { id: runId, keepLastIfActive: true } });
    },
    alarm: async (runId, at) => {
      const timestamp = Date.now();
      const delay = Math.max(0, at.getTime() - timestamp);
      // The id makes the same alarm one job however often it is set.
      await jobs.add('alarm', { runId }, { jobId: `alarm-${runId}-${at.getTime()}`, timestamp, delay });
    },
    work: async ({ perform, concurrency }) => {
      const Worker = withBackend(open.worker).Worker;
      const started = new Worker<Payload, void, JobName>(
        name,
        async (job) => perform(job.name, Payload.parse(job.data).runId),
        { connection: backend.place, concurrency, ...WORKER },
      );
      started.on('error', live.trouble);
      worker = started;
      await within(READY_MS, started.waitUntilReady());
    },
    ping: open.ping,
    stopWork: async () => worker?.close(),
    close,
  };
  // BullMQ remembers a failed start for ever, so a line that is not ready now is thrown away.
  return await within(READY_MS, jobs.waitUntilReady()).then(
    () => line,
    async (error) => {
      await close();
      throw error;
    },
  );
}

const WORKER = {
  // A job of a process that died is taken up again after at most both together: 12 s.
  lockDuration: 8_000,
  stalledInterval: 4_000,
  // Giving a job up is the ledger's decision.
  maxStalledCount: 10,
  // After ECONNREFUSED. BullMQ's own 15 s would be longer than a queue that came back may take.
  runRetryDelay: 1_000,
  removeOnComplete: { count: 0 },
  removeOnFail: { count: 0 },
};
