import type { RunId } from '../domain/ids.ts';
import { sentenceOf } from '../errors.ts';
import { advance } from './advance.ts';
import type { EngineDeps } from './deps.ts';
import { ownerIsGone } from './owner.ts';

const EVERY_MS = 2_000;
// A long line of runs that the queue works off one after the other must not all be started here at once.
const MOST_OVERDUE = 4;

/** Wakes whatever is due in the ledger, at once and then every two seconds: an empty queue heals itself. Returns how to stop. */
export function startSweep(deps: EngineDeps): () => Promise<void> {
  const sweep = openSweep(deps);
  let round: Promise<void> | null = null;
  const next = () => {
    round ??= sweep.once().finally(() => {
      round = null;
    });
  };
  const timer = setInterval(next, EVERY_MS);
  next();
  return async () => {
    clearInterval(timer);
    await round;
    await sweep.inlineEnded();
  };
}

export interface Sweep {
  /** One round. Does not wait for the runs that it advances itself, so that a slow one never keeps the next round from the others. */
  once: () => Promise<void>;
  inlineEnded: () => Promise<void>;
}

export function openSweep(deps: EngineDeps): Sweep {
  const inline = new Map<RunId, Promise<void>>();
  let rungFor: ReadonlySet<RunId> | null = null;
  const warn = (error: unknown) => deps.log.warn({ err: error }, `sweep: ${sentenceOf(error)}`);
  const advanceHere = (run: RunId) => {
    if (inline.has(run)) return;
    const work = advance(deps, run)
      .catch(warn)
      .finally(() => inline.delete(run));
    inline.set(run, work);
  };
  return {
    once: async () => {
      const due = await deps.ledger.leases.due(deps.now(), ownerIsGone).catch((error) => {
        warn(error);
        return [];
      });
      // A queue may take a wake and not ring for long: after a kill -9, Redis and PostgreSQL still hold the run's job for the dead worker.
      // What is due at the first look was left by a stop or a crash, and has waited long enough.
      const overdue = due.filter((run) => rungFor === null || rungFor.has(run)).slice(0, MOST_OVERDUE);
      rungFor = new Set(due);
      for (const run of overdue) advanceHere(run);
      // With the queue away the run is advanced right here: an emergency does not wait for it.
      const rest = due.filter((run) => !overdue.includes(run));
      await Promise.all(rest.map((run) => deps.queue.wake(run).catch(() => advanceHere(run))));
    },
    inlineEnded: async () => {
      await Promise.all(inline.values());
    },
  };
}
