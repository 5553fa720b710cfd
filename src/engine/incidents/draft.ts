import type { IncidentId } from '../../domain/ids.ts';
import { draftStatus, type StatusDraft } from '../../domain/incident-status.ts';
import { affectedSince } from '../../steps/affected.ts';
import { incidentOrRefuse } from '../on-incident.ts';
import type { IncidentsDeps } from './deps.ts';

/** Reads what a status is drafted from. */
export async function draft(deps: IncidentsDeps, id: IncidentId): Promise<StatusDraft> {
  const { read } = deps.ledger;
  const incident = await incidentOrRefuse(read, id);
  const failed = incident.key === null ? null : await read.key(incident.key);
  const runs = await read.runsOfIncident(id);
  const approvals = (await read.approvalsOfIncident(id)).filter(({ outcome }) => outcome === null);
  const asks = (await read.asksOfIncident(id)).filter(
    ({ answer, pushedBack }) => answer === null && pushedBack === null,
  );
  const open = new Set(runs.filter((run) => run.outcome === null).map((run) => run.id));
  const callers = failed === null ? [] : await read.callersOf(failed.id, affectedSince({ incident, now: deps.now }));
  return draftStatus({
    incident,
    failed,
    current: failed === null ? null : await read.keyBySlug(failed.slug),
    runs,
    approvals: approvals.filter(({ run }) => open.has(run)),
    asks: asks.filter(({ run }) => open.has(run)),
    callers: callers.length,
  });
}
