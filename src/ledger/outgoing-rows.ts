import { Surface } from '../domain/announce.ts';
import { IncidentId, MessageId } from '../domain/ids.ts';
import type { LedgerDb } from './open.ts';
import type { OutgoingMessage } from './outbox.ts';

/** Every message with where it goes: its own place, the thread that it answers in, the channel of its incident. */
export function outgoing(db: LedgerDb) {
  return db
    .selectFrom('outbox')
    .innerJoin('messages', 'messages.id', 'outbox.message_id')
    .leftJoin('messages as parent', 'parent.id', 'messages.thread_of')
    .leftJoin('incident_rooms as room', 'room.incident_id', 'messages.room_of');
}

export const COLUMNS = [
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

export interface OutgoingRow {
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

export function messageFromRow(row: OutgoingRow): OutgoingMessage {
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
