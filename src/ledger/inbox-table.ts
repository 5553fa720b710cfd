import { Refusal } from '../errors.ts';
import { instant, stored } from './codec.ts';
import type { Inbound, Inbox } from './inbox.ts';
import type { LedgerDb } from './open.ts';
import type { InboxTable } from './schema/messages.ts';

const LARGEST_PAYLOAD = 64 * 1024;

export function openInbox(db: LedgerDb): Inbox {
  return {
    accept: async ({ id, kind, payload, receivedAt }) => {
      // Half a payload could never be handled: what cannot be kept whole must not be acknowledged.
      const size = Buffer.byteLength(payload);
      if (size > LARGEST_PAYLOAD)
        throw new Refusal(
          'payload_too_large',
          `Rekey takes up to 64 KiB; this request has ${Math.ceil(size / 1024)} KiB.`,
        );
      const made = await db
        .insertInto('inbox')
        .values({ id, kind, payload, received_at: stored(receivedAt), handled_at: null })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .returning('id')
        .executeTakeFirst();
      return made === undefined ? 'seen' : 'new';
    },
    find: async (id) => {
      const row = await db.selectFrom('inbox').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : inboundFromRow(row);
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
      return rows.map(inboundFromRow);
    },
  };
}

function inboundFromRow(row: Pick<InboxTable, 'id' | 'kind' | 'payload' | 'received_at'>): Inbound {
  return { id: row.id, kind: row.kind, payload: row.payload, receivedAt: instant(row.received_at) };
}
