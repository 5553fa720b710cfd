import { rmSync } from 'node:fs';
import { inspect } from 'node:util';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import { openQueue, type Queue, type QueueOptions } from '../../../src/engine/queue.ts';

/** A backend for one test, holding nothing. */
export interface Ground {
  url?: string;
  dataDir: string;
  /** What each job carries. Called, as the next one, when the queue is closed. */
  jobs: () => Promise<unknown[]>;
  /** Everything the backend holds, as text. */
  stored: () => Promise<string>;
  /** The backend goes away and comes back without anything it held. */
  loseEverything: () => Promise<void>;
}

export interface World {
  queue: Queue;
  ground: Ground;
  /** Another queue of the same name on the same backend; closed after the test. */
  open: (overrides?: Partial<QueueOptions>) => Promise<Queue>;
  /** Whatever was logged or reported, as an operator could ever see it. */
  said: () => string;
  errors: unknown[];
}

export type TheWorld = () => World;

export const HEALED = { timeout: 15_000, interval: 50 };
export const SOON = { timeout: 5_000, interval: 10 };
let names = 0;

/** Opens a queue on fresh ground before each test and closes it after. */
export function aWorld(prepare: () => Promise<Ground>): TheWorld {
  let world: World;
  let opened: Queue[];
  beforeEach(async () => {
    const ground = await prepare();
    const heard: unknown[] = [];
    const errors: unknown[] = [];
    const hear = (message: string) => void heard.push(message);
    names += 1;
    const name = `test-${process.pid}-${names}`;
    opened = [];
    const open = async (overrides: Partial<QueueOptions> = {}) => {
      const onError = (error: unknown) => void errors.push(error);
      const { url, dataDir } = ground;
      const queue = await openQueue({ url, dataDir, name, log: { info: hear, warn: hear }, onError, ...overrides });
      opened.push(queue);
      return queue;
    };
    const said = () => inspect([heard, errors], { depth: Infinity, showHidden: true });
    world = { queue: await open(), ground, open, said, errors };
  });
  afterEach(async () => {
    await Promise.all(opened.map((queue) => queue.close()));
    rmSync(world.ground.dataDir, { recursive: true, force: true });
  });
  return () => world;
}

/** An `advance` that a test holds up and lets go, and that remembers what it saw. */
export function aSlowAdvance() {
  const calls: { runId: string; at: number }[] = [];
  const gates: (() => void)[] = [];
  const running = new Map<string, number>();
  let mostOfOneRun = 0;
  let mostAtOnce = 0;
  let ended = 0;
  let open = false;
  const letGo = () => {
    for (const pass of gates.splice(0)) pass();
  };
  return {
    calls,
    advance: async (runId: string) => {
      calls.push({ runId, at: Date.now() });
      running.set(runId, (running.get(runId) ?? 0) + 1);
      mostOfOneRun = Math.max(mostOfOneRun, running.get(runId) ?? 0);
      mostAtOnce = Math.max(
        mostAtOnce,
        [...running.values()].reduce((sum, one) => sum + one, 0),
      );
      if (!open) await new Promise<void>((resolve) => gates.push(resolve));
      running.set(runId, (running.get(runId) ?? 0) - 1);
      ended += 1;
    },
    letGo,
    /** From now on nobody is held up. */
    letAllGo: () => {
      open = true;
      letGo();
    },
    ended: () => ended,
    mostOfOneRun: () => mostOfOneRun,
    mostAtOnce: () => mostAtOnce,
  };
}

/** Wakes a marker behind everything that is queued and waits for it: what did not run by then was not queued. */
export async function untilQuiet(queue: Queue, slow: ReturnType<typeof aSlowAdvance>): Promise<void> {
  slow.letAllGo();
  await queue.wake('run-marker');
  await vi.waitFor(() => expect(slow.calls.map((call) => call.runId)).toContain('run-marker'), SOON);
}
