import { Surface } from '../domain/announce.ts';
import { IncidentId, MessageId } from '../domain/ids.ts';
import { instant, stored } from './codec.ts';
import { redrawOpen, shownAt } from './live-messages.ts';
import { postAnew } from './lost-messages.ts';
import { REWRITTEN } from './messages.ts';
import type { LedgerDb } from './open.ts';
import type { Outbox, OutgoingMessage } from './outbox.ts';

// One edit a second per message at most; what changes in between is shown by the next edit.
const EDIT_EVERY_MS = 1_000;
// What has only become old waits for what is new, a few at a time.
const REDRAWN_AT_ONCE = 25;

export function openOutbox(db: LedgerDb, now: () => Date): Outbox {
  const kept = () =>
    db
      .selectFrom('outbox')
      .innerJoin('messages', 'messages.id', 'outbox.message_id')
      .leftJoin('messages as parent', 'parent.id', 'messages.thread_of')
      .leftJoin('incident_rooms as room', 'room.incident_id', 'messages.room_of')
      .where('outbox.gave_up_at', 'is', null);
  const unsent = () =>
    kept()
      .whereRef('outbox.version', '>', 'outbox.sent_version')
      .where((eb) => eb.or([eb('messages.room_of', 'is', null), eb('room.state', '<>', 'wanted')]))
      .where((eb) => eb.or([eb('messages.thread_of', 'is', null), eb('parent.ts', 'is not', null)]));
  // Nothing has changed that is not sent, so the order among other messages does not matter.
  const toRedraw = () =>
    kept().where('outbox.redraw_at', 'is not', null).whereRef('outbox.version', '=', 'outbox.sent_version');
  const columns = [
    'messages.id',
    'messages.surface',
    'messages.subject',
    'messages.address',
    'messages.channel',
    'messages.ts',
    'outbox.version',
    'outbox.sent_version',
    'outbox.attempts',
    'outbox.sending',
    'outbox.moved_because',
    'outbox.moved_to_team',
    'messages.thread_of',
    'parent.ts as parent_ts',
    'parent.channel as parent_channel',
    'messages.room_of',
    'room.channel as room_channel',
    'room.state as room_state',
  ] as const;
  const change = (message: OutgoingMessage) => db.updateTable('outbox').where('message_id', '=', message.id);
  return {
    due: async (at, limit) => {
      const rows = await unsent()
        .select(columns)
        .where('outbox.due_at', '<=', stored(at))
        .orderBy('outbox.position')
        .limit(limit)
        .execute();
      const again = await toRedraw()
        .select(columns)
        .where('outbox.redraw_at', '<=', stored(at))
        .where('outbox.due_at', '<=', stored(at))
        .orderBy('outbox.redraw_at')
        // After a restart all are due at once: people look at the latest.
        .orderBy('outbox.position', 'desc')
        .limit(Math.min(limit, REDRAWN_AT_ONCE))
        .execute();
      return [...rows, ...again].map(messageFromRow);
    },
    nextDue: async () => {
      const row = await unsent().select('outbox.due_at as at').orderBy('outbox.due_at').executeTakeFirst();
      const again = await toRedraw().select('outbox.redraw_at as at').orderBy('outbox.redraw_at').executeTakeFirst();
      const [first] = [row?.at, again?.at].flatMap((at) => (at ? [instant(at)] : [])).sort((a, b) => +a - +b);
      return first ?? null;
    },
    begin: async (message) => {
      await change(message)
        .set((eb) => ({ sending: 1, attempts: eb('attempts', '+', 1) }))
        .execute();
    },
    sent: async (message, at) => {
      await db.updateTable('messages').set({ channel: at.channel, ts: at.ts }).where('id', '=', message.id).execute();
      const due = stored(new Date(now().getTime() + EDIT_EVERY_MS));
      await change(message)
        .set({
          sending: 0,
          attempts: 0,
          error: null,
          sent_version: at.version,
          due_at: due,
          redraw_at: at.redrawAt ? stored(at.redrawAt) : null,
        })
        .execute();
    },
    // `sending` stays: whether Slack took it is not known, so the next try looks before it posts.
    failed: async (message, { error, retryAt }) => {
      await change(message)
        .set({ error, due_at: stored(retryAt) })
        .execute();
    },
    giveUp: async (message, error) => {
      await change(message)
        .set({ error, gave_up_at: stored(now()) })
        .execute();
    },
    find: async (surface, subject) => {
      const row = await db
        .selectFrom('outbox')
        .innerJoin('messages', 'messages.id', 'outbox.message_id')
        .leftJoin('messages as parent', 'parent.id', 'messages.thread_of')
        .leftJoin('incident_rooms as room', 'room.incident_id', 'messages.room_of')
        .select(columns)
        .where('messages.surface', '=', surface)
        .where('messages.subject', '=', subject)
        .where('messages.ts', 'is not', null)
        .orderBy('outbox.position')
        .executeTakeFirst();
      return row === undefined ? null : messageFromRow(row);
    },
    shownAt: (place) => shownAt(db, place),
    postAnew: (message, loss) => postAnew(db, message, { ...loss, now: now() }),
    latest: (surface, limit) => latestOf(db, surface, limit),
    redrawOpen: () => redrawOpen(db, { now: now(), surfaces: REWRITTEN }),
  };
}

interface Row {
  id: string;
  surface: string;
  subject: string;
  address: string;
  channel: string | null;
  ts: string | null;
  version: number;
  sent_version: number;
  attempts: number;
  sending: number;
  moved_because: string | null;
  moved_to_team: number;
  thread_of: string | null;
  parent_ts: string | null;
  parent_channel: string | null;
  room_of: string | null;
  room_channel: string | null;
  room_state: string | null;
}

function messageFromRow(row: Row): OutgoingMessage {
  const room = row.room_state === 'made' ? row.room_channel : null;
  const isMoved = row.moved_to_team === 1;
  return {
    id: MessageId.parse(row.id),
    surface: Surface.parse(row.surface),
    subject: row.subject,
    channel: row.channel ?? (isMoved ? 'team' : (room ?? row.address)),
    thread:
      row.parent_ts === null || row.parent_channel === null || room !== null || isMoved
        ? null
        : { channel: row.parent_channel, ts: row.parent_ts },
    room: row.room_of === null || room === null ? null : IncidentId.parse(row.room_of),
    ts: row.ts,
    version: row.version,
    sentVersion: row.sent_version,
    attempts: row.attempts,
    sending: row.sending === 1,
    threadOf: row.thread_of === null ? null : MessageId.parse(row.thread_of),
    movedBecause: row.moved_because,
  };
}

async function latestOf(db: LedgerDb, surface: Surface, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('messages')
    .select('subject')
    .where('surface', '=', surface)
    .groupBy('subject')
    .orderBy((eb) => eb.fn.max('created_at'), 'desc')
    .limit(limit)
    .execute();
  return rows.map(({ subject }) => subject);
}
