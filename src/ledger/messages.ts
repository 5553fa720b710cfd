import type { CompiledQuery } from 'kysely';
import { type Address, type Announcement, announcementsOf, Surface } from '../domain/announce.ts';
import type { LedgerEvent } from '../domain/event.ts';
import { IncidentId, MessageId } from '../domain/ids.ts';
import type { AuditContext } from './audit.ts';
import { instant, stored } from './codec.ts';
import { compiledOnce } from './compiled.ts';
import { askedIn, redrawOpen, shownAt } from './live-messages.ts';
import { postAnew } from './lost-messages.ts';
import { touchedBy } from './messages-touched.ts';
import type { LedgerDb } from './open.ts';
import type { Outbox, OutgoingMessage } from './outbox.ts';
import { incidentsOf, rolesTouchedBy, touchRooms } from './room-work.ts';

// One edit a second per message at most; what changes in between is shown by the next edit.
const EDIT_EVERY_MS = 1_000;
// What has only become old waits for what is new, a few at a time.
const REDRAWN_AT_ONCE = 25;
const REWRITTEN: readonly Surface[] = [
  'incident',
  'incident_role',
  'run',
  'run_failed',
  'doubt',
  'approval',
  'approval_dm',
  'break_glass',
  'ask',
  'ask_dm',
  'ask_reminder',
  'recovered',
  'alarm',
  'summary',
  'follow_up',
  'follow_up_nag',
  'retrospective',
  'review',
  'review_reminder',
  'outside_notice',
  'digest',
  'digest_dm',
  'digest_unused',
  'peer_board',
];

/** Makes the messages that the event calls for, once each, and marks those that show something it changed. */
export async function announce(tx: LedgerDb, event: LedgerEvent, context: AuditContext): Promise<void> {
  for (const announcement of announcementsOf(event, context.incident)) await ensureMessage(tx, announcement, context);
  const incidents = await incidentsOf(tx, event, context);
  await touchRooms(tx, event, incidents);
  const shown = [
    ...new Set([...(await touchedBy(tx, event, context)), ...incidents, ...(await rolesTouchedBy(tx, event))]),
  ];
  if (shown.length === 0) return;
  const bump = compiledOnce(tx, `bump ${shown.length}`, () => bumpQuery(tx, shown));
  await tx.executeQuery({ ...bump, parameters: [1, ...shown, ...REWRITTEN] });
}

function bumpQuery(tx: LedgerDb, shown: readonly string[]): CompiledQuery {
  const messages = tx
    .selectFrom('messages')
    .select('id')
    .where('subject', 'in', shown)
    .where('surface', 'in', REWRITTEN);
  return tx
    .updateTable('outbox')
    .set((eb) => ({ version: eb('version', '+', 1) }))
    .where('message_id', 'in', messages)
    .where('gave_up_at', 'is', null)
    .compile();
}

async function ensureMessage(
  tx: LedgerDb,
  { surface, subject, address }: Announcement,
  context: AuditContext,
): Promise<void> {
  const place = await placeOf(tx, address);
  const id = `msg-${surface}-${subject}-${place.address}`.replace(/[^A-Za-z0-9_-]/g, '_');
  const made = await tx
    .insertInto('messages')
    .values({ id, surface, subject, room_of: null, ...place, ts: null, created_at: stored(context.at) })
    .onConflict((conflict) => conflict.columns(['surface', 'subject', 'address']).doNothing())
    .returning('id')
    .executeTakeFirst();
  if (made === undefined) return;
  await tx
    .insertInto('outbox')
    .values({
      message_id: id,
      version: 1,
      sent_version: 0,
      due_at: stored(context.at),
      attempts: 0,
      sending: 0,
      error: null,
      gave_up_at: null,
      redraw_at: null,
    })
    .execute();
}

type StoredPlace = { address: string; thread_of: string | null; channel: string | null; room_of?: string };

async function placeOf(tx: LedgerDb, address: Address): Promise<StoredPlace> {
  switch (address.kind) {
    case 'person':
      return { address: `person:${address.person}`, thread_of: null, channel: null };
    case 'team_channel':
      // Which channel that is stands in policy.yaml, and is looked up when the message is sent.
      return { address: 'team', thread_of: null, channel: null };
    case 'asked_in':
      // Whether Rekey may write there is found out when the message is sent, too.
      return { address: askedIn(address), thread_of: null, channel: null };
    case 'channel':
      return { address: `channel:${address.channel}`, thread_of: null, channel: address.channel };
    case 'incident_channel':
      return placeInChannel(tx, address);
    default:
      return address satisfies never;
  }
}

async function placeInChannel(tx: LedgerDb, address: { incident: IncidentId; thread: boolean }): Promise<StoredPlace> {
  const { channel } = await tx
    .selectFrom('incidents')
    .select('channel')
    .where('id', '=', address.incident)
    .executeTakeFirstOrThrow();
  if (!address.thread) return { address: `channel:${channel}`, thread_of: null, channel };
  const parent = await tx
    .selectFrom('messages')
    .select('id')
    .where('surface', '=', 'incident')
    .where('subject', '=', address.incident)
    .where('room_of', 'is', null)
    .executeTakeFirst();
  const thread_of = parent?.id ?? null;
  const room = await tx
    .selectFrom('incident_rooms')
    .select('incident_id')
    .where('incident_id', '=', address.incident)
    .where('state', 'in', ['wanted', 'made'])
    .executeTakeFirst();
  if (room === undefined) return { address: `thread:${channel}`, thread_of, channel };
  // Which channel that is, Slack may not have said yet; the thread is where it goes when there will be none.
  return { address: `room:${room.incident_id}`, thread_of, channel: null, room_of: room.incident_id };
}

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
