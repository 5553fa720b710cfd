import type { CompiledQuery } from 'kysely';
import { type Address, type Announcement, announcementsOf, Surface } from '../domain/announce.ts';
import type { LedgerEvent } from '../domain/event.ts';
import { type IncidentId, MessageId } from '../domain/ids.ts';
import type { AuditContext } from './audit.ts';
import { instant, stored } from './codec.ts';
import { compiledOnce } from './compiled.ts';
import type { LedgerDb } from './open.ts';
import type { Outbox, OutgoingMessage } from './outbox.ts';

// One edit a second per message at most; what changes in between is shown by the next edit.
const EDIT_EVERY_MS = 1_000;
const REWRITTEN: readonly Surface[] = [
  'incident',
  'run',
  'doubt',
  'approval',
  'approval_dm',
  'break_glass',
  'ask',
  'ask_dm',
  'ask_reminder',
  'recovered',
];

/** Makes the messages that the event calls for, once each, and marks those that show something it changed. */
export async function announce(tx: LedgerDb, event: LedgerEvent, context: AuditContext): Promise<void> {
  for (const announcement of announcementsOf(event, context.incident)) await ensureMessage(tx, announcement, context);
  const shown = [...shownBy(event, context), ...(await partsTouchedBy(tx, event))];
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

function shownBy(event: LedgerEvent, context: AuditContext): string[] {
  const subjects: string[] = [];
  if (context.run !== null) subjects.push(context.run);
  if (context.incident !== null) subjects.push(context.incident);
  if ('approval' in event && typeof event.approval === 'string') subjects.push(event.approval);
  if (isAskEvent(event) && event.type !== 'ask_opened') subjects.push(event.ask);
  return subjects;
}

function isAskEvent(event: LedgerEvent): event is Extract<LedgerEvent, { type: `ask_${string}` }> {
  return event.type.startsWith('ask_');
}

/** What is asked about a step changes with the step and with the end of its run; a reminder with its question. */
async function partsTouchedBy(tx: LedgerDb, event: LedgerEvent): Promise<string[]> {
  const about = askedAbout(event);
  if (about === null) return [];
  const rows = await tx
    .selectFrom('messages')
    .select('subject')
    .where('surface', '=', isAskEvent(event) ? 'ask_reminder' : 'doubt')
    // '/' follows '.', so this is every subject that begins with `<about>.`.
    .where('subject', '>=', `${about}.`)
    .where('subject', '<', `${about}/`)
    .execute();
  return rows.map((row) => row.subject);
}

function askedAbout(event: LedgerEvent): string | null {
  if (isAskEvent(event)) return event.type === 'ask_opened' ? null : event.ask;
  if (event.type === 'step_recorded') return event.record.token;
  return event.type === 'run_finished' ? event.run : null;
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
    .values({ id, surface, subject, ...place, ts: null, created_at: stored(context.at) })
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
    })
    .execute();
}

type StoredPlace = { address: string; thread_of: string | null; channel: string | null };

async function placeOf(tx: LedgerDb, address: Address): Promise<StoredPlace> {
  switch (address.kind) {
    case 'person':
      return { address: `person:${address.person}`, thread_of: null, channel: null };
    case 'team_channel':
      // Which channel that is stands in policy.yaml, and is looked up when the message is sent.
      return { address: 'team', thread_of: null, channel: null };
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
    .executeTakeFirst();
  return { address: `thread:${channel}`, thread_of: parent?.id ?? null, channel };
}

export function openOutbox(db: LedgerDb, now: () => Date): Outbox {
  const unsent = () =>
    db
      .selectFrom('outbox')
      .innerJoin('messages', 'messages.id', 'outbox.message_id')
      .leftJoin('messages as parent', 'parent.id', 'messages.thread_of')
      .whereRef('outbox.version', '>', 'outbox.sent_version')
      .where('outbox.gave_up_at', 'is', null)
      .where((eb) => eb.or([eb('messages.thread_of', 'is', null), eb('parent.ts', 'is not', null)]));
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
    'parent.ts as parent_ts',
    'parent.channel as parent_channel',
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
      return rows.map(messageFromRow);
    },
    nextDue: async () => {
      const row = await unsent().select('outbox.due_at').orderBy('outbox.due_at').executeTakeFirst();
      return row === undefined ? null : instant(row.due_at);
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
        .set({ sending: 0, attempts: 0, error: null, sent_version: at.version, due_at: due })
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
        .select(columns)
        .where('messages.surface', '=', surface)
        .where('messages.subject', '=', subject)
        .where('messages.ts', 'is not', null)
        .orderBy('outbox.position')
        .executeTakeFirst();
      return row === undefined ? null : messageFromRow(row);
    },
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
  parent_ts: string | null;
  parent_channel: string | null;
}

function messageFromRow(row: Row): OutgoingMessage {
  return {
    id: MessageId.parse(row.id),
    surface: Surface.parse(row.surface),
    subject: row.subject,
    channel: row.channel ?? row.address,
    thread:
      row.parent_ts === null || row.parent_channel === null ? null : { channel: row.parent_channel, ts: row.parent_ts },
    ts: row.ts,
    version: row.version,
    sentVersion: row.sent_version,
    attempts: row.attempts,
    sending: row.sending === 1,
  };
}
