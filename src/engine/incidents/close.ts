import { openPointsOf } from '../../domain/close-gate.ts';
import { pointCode, pointMeant } from '../../domain/gate-point.ts';
import type { IncidentId } from '../../domain/ids.ts';
import type { Incident } from '../../domain/incident.ts';
import { Refusal } from '../../errors.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { incidentFacts } from '../../steps/incident-facts.ts';
import { gatherApart } from '../gather-apart.ts';
import { assertReason } from '../keys/record-on-key.ts';
import { incidentOrRefuse } from '../on-incident.ts';
import type { IncidentsDeps } from './deps.ts';
import type { Closing, Incidents } from './incidents.ts';
import { recordOnIncident } from './record-on-incident.ts';

export const NO_SUMMARY = 'The post-incident summary has not been posted.';

/** What the gate of design/keys.md still asks for, the summary included. */
export async function gate(deps: IncidentsDeps, id: IncidentId): Promise<string[]> {
  const { read } = deps.ledger;
  return pointsOf(read, await incidentOrRefuse(read, id), deps.now());
}

/** Read before the transaction: the points of a long incident are told from tens of thousands of lines. */
function pointsApart({ ledger, now }: IncidentsDeps, id: IncidentId) {
  return gatherApart(ledger.read, async (read) => {
    const incident = await read.incident(id);
    return incident === null ? [] : pointsOf(read, incident, now());
  });
}

async function pointsOf(read: LedgerReader, incident: Incident, now: Date): Promise<string[]> {
  const runs = await read.runsOfIncident(incident.id);
  const outermost = runs.find((run) => run.parent === null) ?? null;
  const facts = await incidentFacts(incident, outermost, { ledger: read, now: () => now });
  const since = facts.reopenedAt;
  const summaries = await read.summariesOf(incident.id);
  const summed = summaries.some(({ posted, drawnAt }) => posted && (since === null || drawnAt > since));
  const waived = facts.waivers.some(({ point }) => point === NO_SUMMARY);
  return [...openPointsOf(facts), ...(summed || waived ? [] : [NO_SUMMARY])];
}

export async function close(deps: IncidentsDeps, request: Parameters<Incidents['close']>[0]): Promise<Closing> {
  const points = await pointsApart(deps, request.incident);
  return recordOnIncident(deps, request, {
    verb: 'close',
    doing: 'close',
    repeated: { closed: true, openPoints: [] },
    decide: async ({ incident, read }) => {
      const openPoints = await points(read);
      return {
        events: [{ type: 'incident_closed', incident: incident.id, openPoints }],
        result: { closed: openPoints.length === 0, openPoints },
      };
    },
  });
}

/** Returns the sentence that was waived. */
export async function waive(deps: IncidentsDeps, request: Parameters<Incidents['waive']>[0]): Promise<string> {
  assertReason(request.reason);
  const open = await pointsApart(deps, request.incident);
  return recordOnIncident(deps, request, {
    verb: 'close',
    doing: 'waive a point of',
    repeated: request.point,
    decide: async ({ incident, read, now }) => {
      const points = await open(read);
      const point = pointMeant(points, request.point);
      if (point === null) throw noSuchPoint(incident.id, points);
      const waiver = { incident: incident.id, point, reason: request.reason, by: request.actor, at: now };
      const openPoints = points.filter((one) => one !== point);
      return {
        events: [
          { type: 'incident_point_waived', waiver },
          // The last one closes it.
          ...(openPoints.length === 0 ? [{ type: 'incident_closed' as const, incident: incident.id, openPoints }] : []),
        ],
        result: point,
      };
    },
  });
}

function noSuchPoint(incident: string, points: readonly string[]): Refusal {
  const listed = points.map((point) => `${pointCode(point)}: ${point}`).join(' ') || 'none';
  return new Refusal('no_such_point', `That is no open point of ${incident}. Open are: ${listed}`);
}

export async function reopen(deps: IncidentsDeps, request: Parameters<Incidents['reopen']>[0]): Promise<void> {
  const { reason } = request;
  assertReason(reason);
  await recordOnIncident(deps, request, {
    verb: 'close',
    doing: 'open again',
    closedToo: true,
    repeated: undefined,
    decide: async ({ incident }) => {
      if (incident.closedAt === null) throw new Refusal('incident_open', `${incident.id} is open.`);
      return { events: [{ type: 'incident_reopened', incident: incident.id, reason }], result: undefined };
    },
  });
}
