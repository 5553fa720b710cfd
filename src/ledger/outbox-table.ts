import type { Surface } from '../domain/announce.ts';
import { stored } from './codec.ts';
import { dueMessages, nextDue } from './due-messages.ts';
import { redrawOpen, shownAt } from './live-messages.ts';
import { postAnew } from './lost-messages.ts';
import { REWRITTEN } from './messages.ts';
import type { LedgerDb } from './open.ts';
import type { Outbox, OutgoingMessage } from './outbox.ts';
import { COLUMNS, messageFromRow, outgoing } from './outgoing-rows.ts';

// One edit a second per message at most; what changes in between is shown by the next edit.
const EDIT_EVERY_MS = 1_000;

export function openOutbox(db: LedgerDb, now: () => Date): Outbox {
  const change = (message: OutgoingMessage) => db.updateTable('outbox').where('message_id', '=', message.id);
  return {
    due: (at, limit, lanes) => dueMessages(db, { at, limit, lanes }),
    nextDue: () => nextDue(db),
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
      const row = await outgoing(db)
        .select(COLUMNS)
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
