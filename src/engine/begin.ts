import { type Actor, IncidentId, RunId } from '../domain/ids.ts';
import type { Incident } from '../domain/incident.ts';
import type { Key } from '../domain/key.ts';
import { PRODUCTION } from '../domain/key-facts.ts';
import type { JsonObject, Run } from '../domain/run.ts';
import { Refusal } from '../errors.ts';
import type { EngineDeps } from './deps.ts';

/** A run about one key, on the text of its runbook as it is now. Recording its `run_started` event starts it. */
export function newRun(
  deps: Pick<EngineDeps, 'runbooks' | 'now' | 'newId'>,
  of: {
    runbook: string;
    inputs: JsonObject;
    /** null: about none. */
    key: Key | null;
    incident: IncidentId | null;
    requestedBy: Actor;
    reason: string;
  },
): Run {
  const { incident, key, requestedBy, reason } = of;
  const runbook = deps.runbooks.current(of.runbook);
  if (runbook === null)
    throw new Refusal('unknown_runbook', `${of.runbook} is not loaded. Run \`rekey runbooks lint\` to see why.`);
  if (key !== null) deps.runbooks.assertFits(of.runbook, key);
  return {
    id: RunId.parse(deps.newId('run')),
    incident,
    parent: null,
    runbook,
    inputs: deps.runbooks.checkInputs(of.runbook, of.inputs),
    key: key?.id ?? null,
    openRuns: deps.runbooks.planOf(runbook).openRuns,
    requestedBy,
    reason,
    startedAt: deps.now(),
    finishedAt: null,
    outcome: null,
    cancelRequestedAt: null,
    overdueAt: null,
    stoppedAt: null,
    deadlinesFrom: null,
    paused: null,
    steps: {},
  };
}

/** An incident, reported now. */
export function newIncident(
  deps: Pick<EngineDeps, 'now' | 'newId'>,
  of: {
    /** null: about none. */
    key: Key | null;
    title: string;
    channel: string;
    openedBy: Actor;
    startedAt: Date;
    /** null, or not given: by the key. */
    severity?: Incident['severity'] | null;
  },
): Incident {
  const { key, title, channel, openedBy, startedAt } = of;
  return {
    id: IncidentId.parse(deps.newId('inc')),
    severity: of.severity ?? (key?.environment === PRODUCTION ? 'SEV2' : 'SEV3'),
    title,
    key: key?.id ?? null,
    keyClass: null,
    channel,
    openedBy,
    startedAt,
    reportedAt: deps.now(),
    containedAt: null,
    recoveredAt: null,
    closedAt: null,
    openPoints: [],
  };
}
