import { IncidentId } from '../../domain/ids.ts';
import type { Incident } from '../../domain/incident.ts';
import { wordsOf } from '../../domain/incident-note.ts';
import type { IncidentRole } from '../../domain/incident-work.ts';
import { nameOf } from '../../domain/key.ts';
import { Refusal } from '../../errors.ts';
import type { LedgerReader } from '../../ledger/reader.ts';

/** An incident as scripts read it. */
export interface IncidentFacts {
  id: string;
  severity: Incident['severity'];
  title: string;
  state: 'open' | 'contained' | 'recovered' | 'closed';
  key: string | null;
  opened_by: string;
  started_at: string;
  reported_at: string;
  closed_at: string | null;
  roles: Partial<Record<IncidentRole, string>>;
  channel: string | null;
  status: { conditions: string | null; actions: string | null; needs: string | null; at: string; by: string } | null;
  open_points: readonly string[];
  waived: readonly { point: string; by: string; reason: string }[];
  timeline: readonly { happened_at: string; reported_at: string; recorded_at: string; by: string; words: string }[];
  runs: readonly { id: string; runbook: string; outcome: string | null }[];
}

export async function incidentFacts(read: LedgerReader, incident: Incident): Promise<IncidentFacts> {
  const { id, severity, title, openPoints } = incident;
  const key = incident.key === null ? null : await read.key(incident.key);
  const room = await read.roomOf(id);
  const said = await read.situationOf(id);
  return {
    ...{ id, severity, title, state: stateOf(incident), open_points: openPoints },
    key: key === null ? null : nameOf(key),
    opened_by: incident.openedBy,
    started_at: incident.startedAt.toISOString(),
    reported_at: incident.reportedAt.toISOString(),
    closed_at: incident.closedAt?.toISOString() ?? null,
    roles: Object.fromEntries((await read.rolesOf(id)).map(({ role, person }) => [role, person])),
    channel: room?.state === 'made' ? `#${room.name}` : null,
    status: said === null ? null : { ...said, at: said.at.toISOString() },
    waived: (await read.waiversOf(id)).map(({ point, by, reason }) => ({ point, by, reason })),
    timeline: (await read.notesOf(id)).map((note) => ({
      happened_at: note.happenedAt.toISOString(),
      reported_at: note.reportedAt.toISOString(),
      recorded_at: note.recordedAt.toISOString(),
      by: note.saidBy ?? note.addedBy.join(', '),
      words: wordsOf(note),
    })),
    runs: (await read.runsOfIncident(id)).map(({ id: run, runbook, outcome }) => ({
      id: run,
      runbook: runbook.id,
      outcome,
    })),
  };
}

function stateOf({ containedAt, recoveredAt, closedAt }: Incident): IncidentFacts['state'] {
  if (closedAt !== null) return 'closed';
  if (recoveredAt !== null) return 'recovered';
  return containedAt === null ? 'open' : 'contained';
}

export async function incidentNamed(read: LedgerReader, id: string): Promise<Incident> {
  const incident = await read.incident(IncidentId.parse(id));
  if (incident !== null) return incident;
  throw new Refusal('unknown_incident', 'There is no such incident. rekey incidents list --all shows them.');
}
