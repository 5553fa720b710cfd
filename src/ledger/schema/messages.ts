import type { Generated } from 'kysely';

export interface MessagesTable {
  id: string;
  surface: string;
  subject: string;
  address: string;
  /** The message that this one answers to in a thread. */
  thread_of: string | null;
  /** The incident whose own channel it goes to, as long as there is one. */
  room_of: string | null;
  channel: string | null;
  ts: string | null;
  created_at: string;
}

export interface OutboxTable {
  message_id: string;
  position: Generated<number>;
  version: number;
  sent_version: number;
  due_at: string;
  attempts: number;
  sending: number;
  error: string | null;
  gave_up_at: string | null;
  /** When it is to be drawn again although nothing has happened. */
  redraw_at: string | null;
  /** Why it stands elsewhere than it was meant to. */
  moved_because: string | null;
  moved_to_team: Generated<number>;
}

/** Where a message stood that was deleted, or whose channel is out of reach. */
export interface LostMessagesTable {
  message_id: string;
  reason: string;
  channel: string | null;
  ts: string | null;
  why: string;
  lost_at: string;
}

export interface InboxTable {
  id: string;
  kind: string;
  payload: string;
  received_at: string;
  handled_at: string | null;
}

export interface DedupeTable {
  source: string;
  id: string;
  run_id: string | null;
  incident_id: string | null;
  subject: string | null;
  at: string;
}
