import { IncidentId } from '../../domain/ids.ts';
import type { Incident } from '../../domain/incident.ts';
import type { LedgerReader } from '../../ledger/reader.ts';

// The reader has no question for open incidents, so the newest audit lines are asked which ones were opened. An incident writes some fifty
// lines: this reaches back over about twenty of them.
const AUDIT_LINES = 1_000;

/** Incidents that are not closed, newest first. */
export async function openIncidents(ledger: LedgerReader): Promise<Incident[]> {
  const lines = await ledger.audit({ limit: AUDIT_LINES });
  const ids = lines.flatMap((line) =>
    line.action === 'incident_opened' ? [IncidentId.parse(line.subject.slice('incident:'.length))] : [],
  );
  const incidents = await Promise.all([...new Set(ids)].map((id) => ledger.incident(id)));
  return incidents.flatMap((incident) => (incident === null || incident.closedAt !== null ? [] : [incident]));
}
