import { type IncidentWorkEvent, incidentOfWork } from '../domain/incident-event.ts';
import type { AuditContext } from './audit.ts';
import { changeOne } from './change-one.ts';
import { fromJson, jsonText, stored, Texts } from './codec.ts';
import type { LedgerDb } from './open.ts';

const TASKS = ['create', 'members', 'topic', 'bookmarks'] as const;

export async function applyIncidentWork(tx: LedgerDb, event: IncidentWorkEvent, context: AuditContext): Promise<void> {
  const at = stored(context.at);
  const incident = incidentOfWork(event);
  switch (event.type) {
    case 'incident_room_wanted':
    case 'incident_room_made':
    case 'incident_room_refused':
    case 'incident_room_lost':
      return applyRoomEvent(tx, event, at);
    case 'incident_role_given':
      return giveRole(tx, event, context);
    case 'incident_severity_changed':
      return changeOne(
        tx.updateTable('incidents').set({ severity: event.to }).where('id', '=', incident),
        `incident ${incident}`,
      );
    case 'incident_status_posted': {
      const { number, conditions, actions, needs, by } = event.status;
      const said = { conditions, actions, needs, posted_by: by, posted_at: stored(event.status.at) };
      await tx
        .insertInto('incident_statuses')
        .values({ incident_id: incident, number, ...said })
        .execute();
      return;
    }
    case 'incident_noted':
      return note(tx, event.note);
    case 'incident_point_waived':
      await waive(tx, event.waiver);
      return letGo(tx, incident, event.waiver.point);
    case 'incident_reopened':
      return reopen(tx, incident, at);
    case 'incident_update_asked': {
      const { number, person } = event;
      await tx
        .insertInto('incident_update_reminders')
        .values({ incident_id: incident, number, person, asked_at: at })
        .execute();
      return;
    }
    default:
      return event satisfies never;
  }
}

type RoomEvent = Extract<IncidentWorkEvent, { type: `incident_room_${string}` }>;

async function applyRoomEvent(tx: LedgerDb, event: RoomEvent, at: string): Promise<void> {
  const { incident } = event;
  const room = tx.updateTable('incident_rooms').where('incident_id', '=', incident);
  switch (event.type) {
    case 'incident_room_wanted': {
      const wanted = { incident_id: incident, name: event.name, channel: null, why: null, wanted_at: at };
      await tx
        .insertInto('incident_rooms')
        .values({ ...wanted, private: event.isPrivate ? 1 : 0, state: 'wanted' })
        .execute();
      // What Slack has to be asked for is written down with the wish, so that no crash can forget it.
      const work = { incident_id: incident, version: 1, done_version: 0, done: '[]', due_at: at, tries: 0 };
      await tx
        .insertInto('room_work')
        .values(TASKS.map((task) => ({ ...work, task, error: null, gave_up_at: null })))
        .execute();
      return;
    }
    case 'incident_room_made':
      return changeOne(
        room.set({ state: 'made', name: event.name, channel: event.room }).where('state', '=', 'wanted'),
        `wanted channel of ${incident}`,
      );
    case 'incident_room_refused':
      return changeOne(
        room.set({ state: 'refused', why: event.why }).where('state', '=', 'wanted'),
        `wanted channel of ${incident}`,
      );
    case 'incident_room_lost':
      await changeOne(
        room.set({ state: 'lost', why: event.why }).where('state', '=', 'made'),
        `channel of ${incident}`,
      );
      return giveUpCard(tx, event, at);
    default:
      return event satisfies never;
  }
}

async function waive(
  tx: LedgerDb,
  { incident, point, reason, by, at }: Extract<IncidentWorkEvent, { type: 'incident_point_waived' }>['waiver'],
): Promise<void> {
  const { count } = await tx
    .selectFrom('incident_waivers')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('incident_id', '=', incident)
    .executeTakeFirstOrThrow();
  const waived = { point, reason, waived_by: by, waived_at: stored(at), ended_at: null };
  await tx
    .insertInto('incident_waivers')
    .values({ incident_id: incident, number: count + 1, ...waived })
    .execute();
}

/** It failed again, so what was proved or let go the time before says nothing about this time. */
async function reopen(tx: LedgerDb, incident: string, at: string): Promise<void> {
  await changeOne(
    tx
      .updateTable('incidents')
      .set({ closed_at: null, recovered_at: null, reopened_at: at })
      .where('id', '=', incident)
      .where('closed_at', 'is not', null),
    `closed incident ${incident}`,
  );
  await tx
    .updateTable('incident_waivers')
    .set({ ended_at: at })
    .where('incident_id', '=', incident)
    .where('ended_at', 'is', null)
    .execute();
}

/** The card in the channel repeats the one that leads the thread, so it does not move there with the rest. */
async function giveUpCard(tx: LedgerDb, { incident, why }: { incident: string; why: string }, at: string) {
  const card = tx
    .selectFrom('messages')
    .select('id')
    .where('surface', '=', 'incident')
    .where('subject', '=', incident)
    .where('room_of', '=', incident);
  await tx.updateTable('outbox').set({ gave_up_at: at, error: why }).where('message_id', 'in', card).execute();
}

/** The card shows what is left. */
async function letGo(tx: LedgerDb, incident: string, point: string): Promise<void> {
  const row = await tx
    .selectFrom('incidents')
    .select('open_points')
    .where('id', '=', incident)
    .executeTakeFirstOrThrow();
  const left = fromJson(Texts, row.open_points).filter((one) => one !== point);
  await tx
    .updateTable('incidents')
    .set({ open_points: jsonText(left) })
    .where('id', '=', incident)
    .execute();
}

async function giveRole(
  tx: LedgerDb,
  event: Extract<IncidentWorkEvent, { type: 'incident_role_given' }>,
  { at, actor }: AuditContext,
): Promise<void> {
  const { incident, role, person, number, reason } = event;
  await tx
    .updateTable('incident_roles')
    .set({ ended_at: stored(at) })
    .where('incident_id', '=', incident)
    .where('role', '=', role)
    .where('ended_at', 'is', null)
    .execute();
  const given = { given_at: stored(at), given_by: actor, reason, ended_at: null };
  await tx
    .insertInto('incident_roles')
    .values({ incident_id: incident, number, role, person, ...given })
    .execute();
}

async function note(
  tx: LedgerDb,
  { source, ...of }: Extract<IncidentWorkEvent, { type: 'incident_noted' }>['note'],
): Promise<void> {
  await tx
    .insertInto('incident_notes')
    .values({
      id: of.id,
      version: of.version,
      incident_id: of.incident,
      words: of.words,
      said_by: of.saidBy,
      added_by: jsonText(of.addedBy),
      source_channel: source?.channel ?? null,
      source_ts: source?.ts ?? null,
      altered_by: of.alteredBy,
      happened_at: stored(of.happenedAt),
      reported_at: stored(of.reportedAt),
      recorded_at: stored(of.recordedAt),
    })
    .execute();
}
