import { incidentOrRefuse } from '../on-incident.ts';
import { close, gate, reopen, waive } from './close.ts';
import { declare } from './declare.ts';
import type { IncidentsDeps } from './deps.ts';
import { draft } from './draft.ts';
import type { Incidents } from './incidents.ts';
import { giveRole, postStatus, setSeverity } from './lead.ts';
import { compareLeak } from './leaked.ts';
import { note, pin, reword, unpin } from './notes.ts';
import { assertMayOnIncident } from './record-on-incident.ts';
import { recordRoom } from './room.ts';

/** The verbs on incidents bound to their means. */
export function openIncidents(deps: IncidentsDeps): Incidents {
  return {
    declare: (request) => declare(deps, request),
    giveRole: (request) => giveRole(deps, request),
    setSeverity: (request) => setSeverity(deps, request),
    postStatus: (request) => postStatus(deps, request),
    draftStatus: (incident) => draft(deps, incident),
    note: (request) => note(deps, request),
    pin: (request) => pin(deps, request),
    unpin: (request) => unpin(deps, request),
    reword: (request) => reword(deps, request),
    gate: (incident) => gate(deps, incident),
    close: (request) => close(deps, request),
    waive: (request) => waive(deps, request),
    reopen: (request) => reopen(deps, request),
    assertMay: async ({ incident: id, verb, ...origin }) => {
      const { read } = deps.ledger;
      const incident = await incidentOrRefuse(read, id);
      const key = incident.key === null ? null : await read.key(incident.key);
      assertMayOnIncident((await deps.policy()).policy, verb, { origin, key });
      return incident;
    },
    compareLeak: (request) => compareLeak(deps, request),
    roomMade: (incident, { name, channel: room }) =>
      recordRoom(deps, incident, { from: 'wanted', event: { type: 'incident_room_made', incident, name, room } }),
    roomRefused: (incident, why) =>
      recordRoom(deps, incident, { from: 'wanted', event: { type: 'incident_room_refused', incident, why } }),
    roomLost: (incident, why) =>
      recordRoom(deps, incident, { from: 'made', event: { type: 'incident_room_lost', incident, why } }),
  };
}
