import { z } from 'zod';
import type { LedgerEvent } from '../domain/event.ts';
import { IncidentId } from '../domain/ids.ts';
import { isIncidentWork } from '../domain/incident-event.ts';
import type { AuditContext } from './audit.ts';
import { fromJson, instant, jsonText, stored, Texts } from './codec.ts';
import type { LedgerDb } from './open.ts';

const RoomTask = z.enum(['create', 'members', 'topic', 'bookmarks']);
export type RoomTask = z.infer<typeof RoomTask>;

/**
 * What Slack has to be asked for about an incident's own channel. It is due while `version > doneVersion`, and says nothing of how it should
 * be: that is read from the ledger when it is carried out, like the content of a message.
 */
export interface RoomWork {
  incident: IncidentId;
  task: RoomTask;
  version: number;
  /** What was done so far, such as who was invited. */
  done: readonly string[];
  /** Tries that failed since it last went well. */
  tries: number;
}

export interface RoomQueue {
  /** Making a channel comes first; the rest only once there is one. */
  due: (now: Date, limit: number) => Promise<RoomWork[]>;
  nextDue: () => Promise<Date | null>;
  finished: (work: RoomWork, done: readonly string[]) => Promise<void>;
  failed: (work: RoomWork, failure: { error: string; retryAt: Date }) => Promise<void>;
  /** Slack will never do it: kept for the record, not tried again. */
  giveUp: (work: RoomWork, error: string) => Promise<void>;
}

export function openRoomQueue(db: LedgerDb, now: () => Date): RoomQueue {
  const open = () =>
    db
      .selectFrom('room_work')
      .innerJoin('incident_rooms as room', 'room.incident_id', 'room_work.incident_id')
      .whereRef('room_work.version', '>', 'room_work.done_version')
      .where('room_work.gave_up_at', 'is', null)
      .where((eb) =>
        eb.or([
          eb.and([eb('room.state', '=', 'wanted'), eb('room_work.task', '=', 'create')]),
          eb.and([eb('room.state', '=', 'made'), eb('room_work.task', '<>', 'create')]),
        ]),
      );
  const change = ({ incident, task }: RoomWork) =>
    db.updateTable('room_work').where('incident_id', '=', incident).where('task', '=', task);
  return {
    due: async (at, limit) => {
      const rows = await open()
        .select(['room_work.incident_id', 'task', 'version', 'done', 'tries'])
        .where('room_work.due_at', '<=', stored(at))
        .orderBy('room_work.due_at')
        .orderBy('room_work.task')
        .limit(limit)
        .execute();
      return rows.map(({ incident_id, task, done, ...row }) => ({
        ...row,
        incident: IncidentId.parse(incident_id),
        task: RoomTask.parse(task),
        done: fromJson(Texts, done),
      }));
    },
    nextDue: async () => {
      const row = await open().select('room_work.due_at').orderBy('room_work.due_at').executeTakeFirst();
      return row === undefined ? null : instant(row.due_at);
    },
    finished: async (work, done) => {
      await change(work)
        .set({ done_version: work.version, done: jsonText(done), tries: 0, error: null })
        .execute();
    },
    failed: async (work, { error, retryAt }) => {
      await change(work)
        .set({ error, tries: work.tries + 1, due_at: stored(retryAt) })
        .execute();
    },
    giveUp: async (work, error) => {
      await change(work)
        .set({ error, gave_up_at: stored(now()) })
        .execute();
    },
  };
}

/** Marks what a channel shows of its incident as to be looked at again. */
export async function touchRooms(tx: LedgerDb, event: LedgerEvent, incidents: readonly string[]): Promise<void> {
  if (incidents.length === 0 || !changesRoom(event)) return;
  await tx
    .updateTable('room_work')
    .set((eb) => ({ version: eb('version', '+', 1) }))
    .where('incident_id', 'in', incidents)
    .where('gave_up_at', 'is', null)
    .execute();
}

function changesRoom(event: LedgerEvent): boolean {
  if (isIncidentWork(event)) return event.type !== 'incident_noted' && event.type !== 'incident_update_asked';
  return CHANGES.has(event.type);
}

const CHANGES: ReadonlySet<LedgerEvent['type']> = new Set([
  'incident_contained',
  'incident_recovered',
  'incident_closed',
  'situation_reported',
  'run_started',
  'entered_incident',
  'approval_requested',
  'ask_opened',
  'key_changed',
  'incident_opened',
]);

/** The messages to whoever had a role before: they say who has it now. */
export async function rolesTouchedBy(tx: LedgerDb, event: LedgerEvent): Promise<string[]> {
  if (event.type !== 'incident_role_given') return [];
  const { incident, role } = event;
  const rows = await tx
    .selectFrom('incident_roles')
    .select('number')
    .where('incident_id', '=', incident)
    .where('role', '=', role)
    .execute();
  return rows.map(({ number }) => `${incident}.${number}`);
}

/** The incidents whose messages and channel an event is about: its own, and those of a key that got another owner. */
export async function incidentsOf(tx: LedgerDb, event: LedgerEvent, context: AuditContext): Promise<string[]> {
  const own = context.incident === null ? [] : [context.incident];
  if (event.type !== 'key_changed') return own;
  const open = await tx
    .selectFrom('incidents')
    .select('id')
    .where('key_id', '=', event.key)
    .where('closed_at', 'is', null)
    .execute();
  return [...new Set([...own, ...open.map(({ id }) => id)])];
}
