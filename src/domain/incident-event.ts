import type { IncidentId, PersonId } from './ids.ts';
import type { Incident } from './incident.ts';
import { wordsOf } from './incident-note.ts';
import type { IncidentNote, IncidentRole, StatusPost, Waiver } from './incident-work.ts';
import type { Told } from './told.ts';

/** What people do with an incident beside its runs, and the channel that it has to itself. */
export type IncidentWorkEvent =
  | { type: 'incident_room_wanted'; incident: IncidentId; name: string; isPrivate: boolean }
  /** `name`: what it is called, which is another one when somebody had taken the first. */
  | { type: 'incident_room_made'; incident: IncidentId; name: string; room: string }
  | { type: 'incident_room_refused'; incident: IncidentId; why: string }
  | { type: 'incident_room_lost'; incident: IncidentId; why: string }
  | {
      type: 'incident_role_given';
      incident: IncidentId;
      role: IncidentRole;
      person: PersonId;
      number: number;
      before: PersonId | null;
      reason: string;
    }
  | {
      type: 'incident_severity_changed';
      incident: IncidentId;
      from: Incident['severity'];
      to: Incident['severity'];
      reason: string;
    }
  /** Beside `situation_reported`, which is what holds now: each of them is a message of its own. */
  | { type: 'incident_status_posted'; status: StatusPost }
  | { type: 'incident_noted'; note: IncidentNote }
  | { type: 'incident_point_waived'; waiver: Waiver }
  | { type: 'incident_reopened'; incident: IncidentId; reason: string }
  /** Nobody has said for too long how it stands; this person is asked to. */
  | { type: 'incident_update_asked'; incident: IncidentId; number: number; person: PersonId };

export type ToldOfIncidentWork = Extract<Told, { type: IncidentWorkEvent['type'] }>;

const ABOUT: ReadonlySet<string> = new Set([
  'incident_room_wanted',
  'incident_room_made',
  'incident_room_refused',
  'incident_room_lost',
  'incident_role_given',
  'incident_severity_changed',
  'incident_status_posted',
  'incident_noted',
  'incident_point_waived',
  'incident_reopened',
  'incident_update_asked',
] satisfies IncidentWorkEvent['type'][]);

export function isIncidentWork<Event extends { type: string }>(
  event: Event,
): event is Extract<Event, { type: IncidentWorkEvent['type'] }> {
  return ABOUT.has(event.type);
}

/** Which incident it is about. */
export function incidentOfWork(event: IncidentWorkEvent): IncidentId {
  switch (event.type) {
    case 'incident_status_posted':
      return event.status.incident;
    case 'incident_noted':
      return event.note.incident;
    case 'incident_point_waived':
      return event.waiver.incident;
    default:
      return event.incident;
  }
}

export function sentenceForIncidentWork(event: ToldOfIncidentWork): string {
  switch (event.type) {
    case 'incident_room_wanted':
      return `A ${event.isPrivate ? 'private ' : ''}channel of its own was asked for: #${event.name}.`;
    case 'incident_status_posted':
      // Its words stand in the line of situation_reported.
      return `${event.status.by} posted a status.`;
    case 'incident_update_asked':
      return `${event.person} was asked how it stands.`;
    case 'incident_room_made':
      return `The channel #${event.name} was opened for it.`;
    case 'incident_room_refused':
      return `It has no channel of its own: ${event.why}`;
    case 'incident_room_lost':
      return `Its channel is out of reach, and what is left goes on in the thread: ${event.why}`;
    case 'incident_role_given':
      return roleGiven(event);
    case 'incident_severity_changed':
      return `The severity went from ${event.from} to ${event.to}: ${event.reason}`;
    case 'incident_noted':
      return noted(event.note);
    case 'incident_point_waived':
      return `${event.waiver.by} lets it close although this is open: “${event.waiver.point}” Reason: ${event.waiver.reason}`;
    case 'incident_reopened':
      return `The incident was opened again: ${event.reason}`;
    default:
      return event satisfies never;
  }
}

function roleGiven({ role, person, before, reason }: Extract<ToldOfIncidentWork, { type: 'incident_role_given' }>) {
  const instead = before === null ? '' : ` instead of ${before}`;
  return `${person} is ${role} now${instead}${reason === '' ? '.' : `: ${reason}`}`;
}

function noted(note: Extract<ToldOfIncidentWork, { type: 'incident_noted' }>['note']): string {
  const what = `“${wordsOf(note)}”`;
  if (note.addedBy.length === 0) return `A note was taken back: ${what}`;
  const who = note.saidBy === null ? '' : `, said by ${note.saidBy}`;
  const times = `happened ${note.happenedAt}, reported ${note.reportedAt}`;
  return note.version === 1 ? `Noted${who} (${times}): ${what}` : `A note was changed${who} (${times}): ${what}`;
}
