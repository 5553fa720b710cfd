import type { Insertable, Selectable } from 'kysely';
import { z } from 'zod';
import { Actor, IncidentId, KeyId } from '../domain/ids.ts';
import type { Alert, Incident } from '../domain/incident.ts';
import { KeyClass } from '../domain/key.ts';
import { fromJson, instant, jsonText, stored, Texts } from './codec.ts';
import type { LedgerDb } from './open.ts';
import type { LedgerReader } from './reader.ts';
import { JsonRecord } from './runs.ts';
import type { AlertsTable, IncidentsTable } from './schema/incidents.ts';

const Severity = z.enum(['SEV1', 'SEV2', 'SEV3']);

export function incidentToRow(incident: Incident): Insertable<IncidentsTable> {
  return {
    id: incident.id,
    severity: incident.severity,
    title: incident.title,
    key_id: incident.key,
    key_class: incident.keyClass,
    channel: incident.channel,
    opened_by: incident.openedBy,
    started_at: stored(incident.startedAt),
    reported_at: stored(incident.reportedAt),
    contained_at: stored(incident.containedAt),
    recovered_at: stored(incident.recoveredAt),
    closed_at: stored(incident.closedAt),
    reopened_at: null,
    open_points: jsonText(incident.openPoints),
  };
}

export function alertToRow(alert: Alert): Insertable<AlertsTable> {
  return {
    id: alert.id,
    incident_id: alert.incident,
    source: alert.source,
    alert: alert.alert,
    key_id: alert.key,
    count: alert.count,
    window_minutes: alert.windowMinutes,
    details: jsonText(alert.details),
    received_at: stored(alert.receivedAt),
  };
}

type IncidentQueries = Pick<LedgerReader, 'incident' | 'situationOf' | 'openIncidentOfKey' | 'alertsOfIncident'>;

export function incidentQueries(db: LedgerDb): IncidentQueries {
  const incidents = () => db.selectFrom('incidents').selectAll();
  const oneIncident = (row: Selectable<IncidentsTable> | undefined) =>
    row === undefined ? null : incidentFromRow(row);
  return {
    incident: async (id) => oneIncident(await incidents().where('id', '=', id).executeTakeFirst()),
    situationOf: async (incident) => {
      const row = await db.selectFrom('situations').selectAll().where('incident_id', '=', incident).executeTakeFirst();
      if (row === undefined) return null;
      const { conditions, actions, needs, note } = row;
      return { conditions, actions, needs, note, at: instant(row.reported_at), by: row.reported_by };
    },
    openIncidentOfKey: async (key) =>
      oneIncident(
        await incidents()
          .where('key_id', '=', key)
          .where('closed_at', 'is', null)
          .orderBy('reported_at', 'desc')
          .executeTakeFirst(),
      ),
    alertsOfIncident: async (incident) =>
      (
        await db.selectFrom('alerts').selectAll().where('incident_id', '=', incident).orderBy('received_at').execute()
      ).map(alertFromRow),
  };
}

export function incidentFromRow(row: Selectable<IncidentsTable>): Incident {
  return {
    id: IncidentId.parse(row.id),
    severity: Severity.parse(row.severity),
    title: row.title,
    key: row.key_id === null ? null : KeyId.parse(row.key_id),
    keyClass: row.key_class === null ? null : KeyClass.parse(row.key_class),
    channel: row.channel,
    openedBy: Actor.parse(row.opened_by),
    startedAt: instant(row.started_at),
    reportedAt: instant(row.reported_at),
    containedAt: instant(row.contained_at),
    recoveredAt: instant(row.recovered_at),
    closedAt: instant(row.closed_at),
    openPoints: fromJson(Texts, row.open_points),
  };
}

function alertFromRow(row: Selectable<AlertsTable>): Alert {
  return {
    id: row.id,
    incident: row.incident_id === null ? null : IncidentId.parse(row.incident_id),
    source: row.source,
    alert: row.alert,
    key: row.key_id === null ? null : KeyId.parse(row.key_id),
    count: row.count,
    windowMinutes: row.window_minutes,
    details: fromJson(JsonRecord, row.details),
    receivedAt: instant(row.received_at),
  };
}
