import { Refusal } from '../errors.ts';
import { instant, stored } from './codec.ts';
import type { Inbox } from './inbox.ts';
import type { LedgerDb } from './open.ts';

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
