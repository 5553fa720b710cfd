import type { CompiledQuery } from 'kysely';
import { type Address, type Announcement, announcementsOf, type Surface } from '../domain/announce.ts';
import type { LedgerEvent } from '../domain/event.ts';
import type { IncidentId } from '../domain/ids.ts';
import type { AuditContext } from './audit.ts';
import { stored } from './codec.ts';
import { compiledOnce } from './compiled.ts';
import { askedIn } from './live-messages.ts';
import { touchedBy } from './messages-touched.ts';
import type { LedgerDb } from './open.ts';
import { incidentsOf, rolesTouchedBy, touchRooms } from './room-work.ts';

/** Surfaces whose messages change with what they show. */
export const REWRITTEN: readonly Surface[] = [
  'incident',
  'incident_role',
  'run',
  'run_failed',
  'doubt',
  'approval',
  'approval_dm',
  'approval_reminder',
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
