import type { LedgerEvent } from '../domain/event.ts';
import type { IncidentWorkEvent } from '../domain/incident-event.ts';
import type { AuditContext } from './audit.ts';
import { changeOne } from './change-one.ts';
import { jsonText, stored } from './codec.ts';
import { alertToRow, incidentToRow } from './incidents.ts';
import type { LedgerDb } from './open.ts';

type IncidentEvent = Extract<
  Exclude<LedgerEvent, IncidentWorkEvent>,
  { type: 'alert_received' | `incident_${string}` }
>;

export async function applyIncidentEvent(tx: LedgerDb, event: IncidentEvent, context: AuditContext): Promise<void> {
  const at = stored(context.at);
  const change = (incident: string) => tx.updateTable('incidents').where('id', '=', incident);
  switch (event.type) {
    case 'alert_received':
      await tx.insertInto('alerts').values(alertToRow(event.alert)).execute();
      return;
    case 'incident_opened':
      await tx.insertInto('incidents').values(incidentToRow(event.incident)).execute();
      return;
    case 'incident_classified':
      await changeOne(change(event.incident).set({ key_class: event.keyClass }), `incident ${event.incident}`);
      return;
    case 'incident_contained':
      // The first time counts: a step that is done again after a crash must not move it.
      await change(event.incident).set({ contained_at: at }).where('contained_at', 'is', null).execute();
      return;
    case 'incident_recovered':
      await change(event.incident).set({ recovered_at: at }).where('recovered_at', 'is', null).execute();
      return;
    case 'incident_closed': {
      const closed = event.openPoints.length === 0 ? { closed_at: at } : {};
      await changeOne(
        change(event.incident).set({ ...closed, open_points: jsonText(event.openPoints) }),
        `incident ${event.incident}`,
      );
      return;
    }
    default:
      return event satisfies never;
  }
}
