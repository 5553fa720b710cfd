import type { LedgerEvent } from '../../domain/event.ts';
import type { RunId } from '../../domain/ids.ts';
import type { EngineDeps } from '../deps.ts';
import { wakeSoon } from '../origin.ts';

/** The runs that have something to do now because of these events. */
export function runsIn(events: readonly LedgerEvent[]): RunId[] {
  return events.flatMap((event) => {
    if (event.type === 'run_started') return [event.run.id];
    return event.type === 'run_cancel_requested' ? [event.run] : [];
  });
}

export async function wakeAll(deps: Pick<EngineDeps, 'queue' | 'log'>, runs: readonly RunId[]): Promise<void> {
  for (const run of runs) await wakeSoon(deps, run);
}
