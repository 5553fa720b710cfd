import { instant, stored } from './codec.ts';
import type { Inbox } from './inbox.ts';
import type { LedgerDb } from './open.ts';

const LARGEST_PAYLOAD = 64 * 1024;

export function openInbox(db: LedgerDb): Inbox {
  return {
    accept: async ({ id, kind, payload, receivedAt }) => {
      const text = payload.length > LARGEST_PAYLOAD ? payload.slice(0, LARGEST_PAYLOAD) : payload;
      const made = await db
        .insertInto('inbox')
        .values({ id, kind, payload: text, received_at: stored(receivedAt), handled_at: null })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .returning('id')
        .executeTakeFirst();
      return made === undefined ? 'seen' : 'new';
    },
    handled: async (id, at) => {
      await db
        .updateTable('inbox')
        .set({ handled_at: stored(at) })
        .where('id', '=', id)
        .where('handled_at', 'is', null)
        .execute();
    },
    unhandled: async (kindPrefix) => {
      const rows = await db
        .selectFrom('inbox')
        .selectAll()
        .where('handled_at', 'is', null)
        .where('kind', 'like', `${kindPrefix}%`)
        .orderBy('received_at')
        .execute();
      return rows.map((row) => ({
        id: row.id,
        kind: row.kind,
        payload: row.payload,
        receivedAt: instant(row.received_at),
      }));
    },
  };
}
