import { sentenceOf } from '../errors.ts';
import { advance } from './advance.ts';
import type { EngineDeps } from './deps.ts';
import { ownerIsGone } from './owner.ts';

const EVERY_MS = 2_000;

/** Wakes whatever is due in the ledger, at once and then every two seconds: an empty queue heals itself. Returns how to stop. */
export function startSweep(deps: EngineDeps): () => Promise<void> {
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  const round = () => {
    running = sweepOnce(deps).catch((error) => deps.log.warn({ err: error }, `sweep failed: ${sentenceOf(error)}`));
    return running;
  };
  const timer = setInterval(() => !stopped && void running.then(round), EVERY_MS);
  void round();
  return async () => {
    stopped = true;
    clearInterval(timer);
    await running;
  };
}

async function sweepOnce(deps: EngineDeps): Promise<void> {
  for (const run of await deps.ledger.leases.due(deps.now(), ownerIsGone)) {
    // With the queue away the run is advanced right here: an emergency does not wait for it.
    await deps.queue.wake(run).catch(() => advance(deps, run));
  }
}
