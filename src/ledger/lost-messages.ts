import { stored } from './codec.ts';
import { showsWhatIsOpen } from './live-messages.ts';
import type { LedgerDb } from './open.ts';
import type { OutgoingMessage } from './outbox.ts';

export interface Loss {
  /** Somebody deleted the message, or took Rekey or everybody out of its channel. */
  reason: 'deleted' | 'out_of_reach';
  /** `elsewhere`: what has its place in one channel only goes to the team's; what is looked up when it is sent is looked up again. */
  place: 'same' | 'elsewhere';
  /** A sentence for whoever reads it where it stands now. */
  because: string | null;
}

export type Anew =
  | { kind: 'anew'; toTeam: boolean }
  /** It has another place by now. */
  | { kind: 'stale' }
  /** What it shows is over, or it was posted anew for the same reason before: somebody who deletes it twice does not want it. */
  | { kind: 'unwanted' };

type Placed = Pick<OutgoingMessage, 'id' | 'ts' | 'channel'>;

/** Keeps where it stood for the record, and makes it due again as if it had never been posted. */
export async function postAnew(db: LedgerDb, message: Placed, loss: Loss & { now: Date }): Promise<Anew> {
  return db.transaction().execute(async (tx) => {
    const { id } = message;
    const { ts, address } = await tx
      .selectFrom('messages')
      .select(['ts', 'address'])
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    if (ts !== message.ts) return { kind: 'stale' };
    if (ts !== null && !(await isOpen(tx, id))) return { kind: 'unwanted' };
    if (!(await recorded(tx, message, loss))) return { kind: 'unwanted' };
    const fixed = /^(?:channel|thread):(.+)$/.exec(address)?.[1] ?? null;
    const toTeam = loss.place === 'elsewhere' && fixed !== null;
    const channel = toTeam ? null : fixed;
    await tx.updateTable('messages').set({ ts: null, channel }).where('id', '=', id).execute();
    await tx
      .updateTable('outbox')
      .set((eb) => ({
        version: eb('version', '+', 1),
        ...{ sending: 0, attempts: 0, error: null, redraw_at: null },
        due_at: stored(loss.now),
        moved_because: loss.because,
        moved_to_team: toTeam ? 1 : 0,
      }))
      .where('message_id', '=', id)
      .execute();
    return { kind: 'anew', toTeam };
  });
}

async function isOpen(tx: LedgerDb, id: string): Promise<boolean> {
  const open = tx.selectFrom('messages').select('id').where('id', '=', id).where(showsWhatIsOpen);
  return (await open.executeTakeFirst()) !== undefined;
}

async function recorded(tx: LedgerDb, { id, ts, channel }: Placed, loss: Loss & { now: Date }): Promise<boolean> {
  const { reason, because, now } = loss;
  const row = await tx
    .insertInto('lost_messages')
    .values({ message_id: id, reason, channel, ts, why: because ?? reason, lost_at: stored(now) })
    .onConflict((conflict) => conflict.columns(['message_id', 'reason']).doNothing())
    .returning('message_id')
    .executeTakeFirst();
  return row !== undefined;
}
