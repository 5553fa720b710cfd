import type { Announcement } from './announce.ts';
import { direct } from './direct.ts';
import type { IncidentWorkEvent } from './incident-event.ts';

/** What people do with an incident is shown by its card; only what concerns one of them, and a status, is a message of its own. */
export function announcementsOfIncidentWork(event: IncidentWorkEvent): Announcement[] {
  switch (event.type) {
    case 'incident_room_made': {
      // The card stays where it was declared, and stands in the channel as well.
      const address = { kind: 'incident_channel', incident: event.incident, thread: true } as const;
      return [{ surface: 'incident', subject: event.incident, address }];
    }
    case 'incident_status_posted': {
      const { incident, number } = event.status;
      const address = { kind: 'incident_channel', incident, thread: true } as const;
      return [{ surface: 'incident_status', subject: `${incident}.${number}`, address }];
    }
    case 'incident_role_given':
      return direct('incident_role', `${event.incident}.${event.number}`, [event.person]);
    case 'incident_update_asked':
      return direct('incident_update', `${event.incident}.${event.number}`, [event.person]);
    case 'incident_room_wanted':
    case 'incident_room_refused':
    case 'incident_room_lost':
    case 'incident_severity_changed':
    case 'incident_noted':
    case 'incident_point_waived':
    case 'incident_reopened':
      return [];
    default:
      return event satisfies never;
  }
}
