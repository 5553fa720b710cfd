import type { IncidentId, RunId } from '../domain/ids.ts';
import type { RecordContext } from '../ledger/ledger.ts';
import type { EngineDeps } from './deps.ts';
import type { Origin } from './engine.ts';

/** What the audit says of a decision about a run. */
export function decisionContext(
  deps: EngineDeps,
  press: Origin,
  about: { incident: IncidentId | null; run: RunId },
): RecordContext {
  return { at: deps.now(), actor: press.actor, channel: press.channel, incident: about.incident, run: about.run };
}

/** The run is due in the ledger already; the queue only makes it sooner, so its absence is logged and no more. */
export async function wakeSoon(deps: Pick<EngineDeps, 'queue' | 'log'>, run: RunId): Promise<void> {
  await deps.queue
    .wake(run)
    .catch((error) => deps.log.warn({ err: error, run }, 'queue is away; the sweep takes over'));
}
