import type { Selectable } from 'kysely';
import { z } from 'zod';
import { Actor, IncidentId, PersonId } from '../domain/ids.ts';
import type { Incident } from '../domain/incident.ts';
import {
  type IncidentNote,
  IncidentRole,
  type RoleHeld,
  type Room,
  RoomState,
  type StatusPost,
  type UpdateReminder,
  type Waiver,
} from '../domain/incident-work.ts';
import { fromJson, instant } from './codec.ts';
import { incidentFromRow } from './incidents.ts';
import type { LedgerDb } from './open.ts';
import type { IncidentNotesTable, IncidentRolesTable, IncidentRoomsTable } from './schema/incident-work.ts';

/** What people did with an incident, for cards, modals and summaries. */
export interface IncidentWorkReader {
  /** Not closed, the one that was reported last comes first. */
  openIncidents: (limit: number) => Promise<Incident[]>;
  /** Open and closed ones, the one that was reported last comes first. */
  incidents: (limit: number) => Promise<Incident[]>;
  /** In whose channel or thread this is; null elsewhere. */
  incidentAt: (place: { channel: string; thread: string | null }) => Promise<IncidentId | null>;
  /** Who has which role now. */
  rolesOf: (incident: IncidentId) => Promise<RoleHeld[]>;
  /** How often a role was given to somebody. */
  roleCount: (incident: IncidentId) => Promise<number>;
  /** The role as it was given that time, whoever has it now. */
  roleGiven: (incident: IncidentId, number: number) => Promise<(RoleHeld & { endedAt: Date | null }) | null>;
  /** The newest version of each note that somebody stands behind, in the order in which things happened. */
  notesOf: (incident: IncidentId) => Promise<IncidentNote[]>;
  /** The newest version of each note that this message was put on a timeline with, also of one that was withdrawn: it may be on several. */
  notesFrom: (source: { channel: string; ts: string }) => Promise<IncidentNote[]>;
  /** Those that count: opening it again ends the ones before. */
  waiversOf: (incident: IncidentId) => Promise<Waiver[]>;
  /** When it was opened again last; null when it never was. */
  reopenedAt: (incident: IncidentId) => Promise<Date | null>;
  /** What people posted of how it stands, the first one first. */
  statusesOf: (incident: IncidentId) => Promise<StatusPost[]>;
  /** The wish for a channel of its own and what became of it; null when none was wanted. */
  roomOf: (incident: IncidentId) => Promise<Room | null>;
  roomByName: (name: string) => Promise<Room | null>;
  roomByChannel: (channel: string) => Promise<Room | null>;
  updateRemindersOf: (incident: IncidentId) => Promise<UpdateReminder[]>;
}

export function incidentWorkQueries(db: LedgerDb): IncidentWorkReader {
  return { ...incidentLists(db), ...peopleQueries(db), ...noteQueries(db), ...roomQueries(db) };
}

function incidentLists(db: LedgerDb): Pick<IncidentWorkReader, 'openIncidents' | 'incidents' | 'incidentAt'> {
  const newest = (limit: number) =>
    db.selectFrom('incidents').selectAll().orderBy('reported_at', 'desc').orderBy('id').limit(limit);
  return {
    openIncidents: async (limit) => (await newest(limit).where('closed_at', 'is', null).execute()).map(incidentFromRow),
    incidents: async (limit) => (await newest(limit).execute()).map(incidentFromRow),
    incidentAt: async ({ channel, thread }) => {
      const room = await db
        .selectFrom('incident_rooms')
        .select('incident_id')
        .where('channel', '=', channel)
        .executeTakeFirst();
      if (room !== undefined) return IncidentId.parse(room.incident_id);
      if (thread === null) return null;
      const card = await db
        .selectFrom('messages')
        .select('subject')
        .where('channel', '=', channel)
        .where('ts', '=', thread)
        .where('surface', '=', 'incident')
        .executeTakeFirst();
      if (card !== undefined) return IncidentId.parse(card.subject);
      // Its thread goes on where the card stood before somebody deleted it.
      const lost = await db
        .selectFrom('lost_messages')
        .innerJoin('messages', 'messages.id', 'lost_messages.message_id')
        .select('messages.subject')
        .where('lost_messages.channel', '=', channel)
        .where('lost_messages.ts', '=', thread)
        .where('messages.surface', '=', 'incident')
        .executeTakeFirst();
      return lost === undefined ? null : IncidentId.parse(lost.subject);
    },
  };
}

type OfPeople = 'roleCount' | 'reopenedAt' | 'rolesOf' | 'roleGiven' | 'waiversOf' | 'statusesOf' | 'updateRemindersOf';

function peopleQueries(db: LedgerDb): Pick<IncidentWorkReader, OfPeople> {
  const roles = (incident: IncidentId) =>
    db.selectFrom('incident_roles').selectAll().where('incident_id', '=', incident).orderBy('number');
  return {
    rolesOf: async (incident) => (await roles(incident).where('ended_at', 'is', null).execute()).map(roleFromRow),
    roleCount: async (incident) => (await roles(incident).execute()).length,
    roleGiven: async (incident, number) => {
      const row = await roles(incident).where('number', '=', number).executeTakeFirst();
      return row === undefined ? null : { ...roleFromRow(row), endedAt: instant(row.ended_at) };
    },
    waiversOf: async (incident) => {
      const rows = db.selectFrom('incident_waivers').selectAll().where('incident_id', '=', incident);
      return (await rows.where('ended_at', 'is', null).orderBy('number').execute()).map((row) => ({
        incident,
        point: row.point,
        reason: row.reason,
        by: Actor.parse(row.waived_by),
        at: instant(row.waived_at),
      }));
    },
    reopenedAt: async (incident) => {
      const row = db.selectFrom('incidents').select('reopened_at').where('id', '=', incident);
      return instant((await row.executeTakeFirst())?.reopened_at ?? null);
    },
    statusesOf: async (incident) => {
      const rows = db.selectFrom('incident_statuses').selectAll().where('incident_id', '=', incident);
      return (await rows.orderBy('number').execute()).map(({ number, conditions, actions, needs, ...row }) => ({
        ...{ incident, number, conditions, actions, needs },
        by: Actor.parse(row.posted_by),
        at: instant(row.posted_at),
      }));
    },
    updateRemindersOf: async (incident) => {
      const rows = db.selectFrom('incident_update_reminders').selectAll().where('incident_id', '=', incident);
      return (await rows.orderBy('number').execute()).map(({ number, person, asked_at }) => ({
        ...{ incident, number },
        person: PersonId.parse(person),
        at: instant(asked_at),
      }));
    },
  };
}

function noteQueries(db: LedgerDb): Pick<IncidentWorkReader, 'notesOf' | 'notesFrom'> {
  return {
    notesOf: async (incident) => {
      const rows = await db
        .selectFrom('incident_notes')
        .selectAll()
        .where('incident_id', '=', incident)
        .orderBy('version')
        .execute();
      // Of each id the last one stays.
      const newest = [...new Map(rows.map((row) => [row.id, noteFromRow(row)])).values()];
      return newest
        .filter((note) => note.addedBy.length > 0)
        .sort((a, b) => a.happenedAt.getTime() - b.happenedAt.getTime() || a.id.localeCompare(b.id));
    },
    notesFrom: async ({ channel, ts }) => {
      const rows = await db
        .selectFrom('incident_notes')
        .selectAll()
        .where('source_channel', '=', channel)
        .where('source_ts', '=', ts)
        .orderBy('version')
        .execute();
      return [...new Map(rows.map((row) => [row.id, noteFromRow(row)])).values()];
    },
  };
}

function roomQueries(db: LedgerDb): Pick<IncidentWorkReader, 'roomOf' | 'roomByName' | 'roomByChannel'> {
  const room = (column: 'incident_id' | 'name' | 'channel') => async (value: string) => {
    const row = await db.selectFrom('incident_rooms').selectAll().where(column, '=', value).executeTakeFirst();
    return row === undefined ? null : roomFromRow(row);
  };
  return { roomOf: room('incident_id'), roomByName: room('name'), roomByChannel: room('channel') };
}

const People = z.array(PersonId);

function roleFromRow(row: Selectable<IncidentRolesTable>): RoleHeld {
  return {
    role: IncidentRole.parse(row.role),
    person: PersonId.parse(row.person),
    number: row.number,
    at: instant(row.given_at),
    by: Actor.parse(row.given_by),
    reason: row.reason,
  };
}

function noteFromRow(row: Selectable<IncidentNotesTable>): IncidentNote {
  const { source_channel: channel, source_ts: ts } = row;
  return {
    id: row.id,
    incident: IncidentId.parse(row.incident_id),
    version: row.version,
    words: row.words,
    saidBy: row.said_by === null ? null : PersonId.parse(row.said_by),
    addedBy: fromJson(People, row.added_by),
    source: channel === null || ts === null ? null : { channel, ts },
    alteredBy: row.altered_by,
    happenedAt: instant(row.happened_at),
    reportedAt: instant(row.reported_at),
    recordedAt: instant(row.recorded_at),
  };
}

function roomFromRow(row: Selectable<IncidentRoomsTable>): Room {
  return {
    incident: IncidentId.parse(row.incident_id),
    name: row.name,
    channel: row.channel,
    isPrivate: row.private === 1,
    state: RoomState.parse(row.state),
    why: row.why,
    wantedAt: instant(row.wanted_at),
  };
}
