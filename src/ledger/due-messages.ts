import { type SqlBool, sql } from 'kysely';
import { instant, stored } from './codec.ts';
import type { LedgerDb } from './open.ts';
import type { DueMessage, Lanes } from './outbox.ts';
import { COLUMNS, messageFromRow, outgoing } from './outgoing-rows.ts';

// What one channel gets of a round: the others do not wait until hundreds of messages are through there.
const SHARE = 25;
// What has only become old waits for what is new, a few at a time.
const REDRAWN_AT_ONCE = 25;
const NO_LANES: Lanes = { team: 'team', held: [] };

export async function dueMessages(
  db: LedgerDb,
  { at, limit, lanes = NO_LANES }: { at: Date; limit: number; lanes: Lanes | undefined },
): Promise<DueMessage[]> {
  const lane = laneIn(lanes);
  const waiting = unsent(db)
    .where('outbox.due_at', '<=', stored(at))
    .where(isFree(lanes))
    .select([...COLUMNS, 'outbox.position', lane.as('lane')])
    .select(sql<number>`row_number() over (partition by ${lane} order by outbox.position)`.as('nth'));
  const rows = await db
    .selectFrom(waiting.as('waiting'))
    .selectAll()
    .where('nth', '<=', SHARE)
    .orderBy('nth')
    .orderBy('position')
    .limit(limit)
    .execute();
  const again = await toRedraw(db)
    .where('outbox.redraw_at', '<=', stored(at))
    .where('outbox.due_at', '<=', stored(at))
    .where(isFree(lanes))
    .select([...COLUMNS, lane.as('lane')])
    .orderBy('outbox.redraw_at')
    // After a restart all are due at once: people look at the latest.
    .orderBy('outbox.position', 'desc')
    .limit(Math.min(limit, REDRAWN_AT_ONCE))
    .execute();
  const inOrder = rows.toSorted((a, b) => a.position - b.position);
  return [...inOrder, ...again].map((row) => ({ ...messageFromRow(row), lane: row.lane }));
}

export async function nextDue(db: LedgerDb): Promise<Date | null> {
  const row = await unsent(db).select('outbox.due_at as at').orderBy('outbox.due_at').executeTakeFirst();
  const again = await toRedraw(db).select('outbox.redraw_at as at').orderBy('outbox.redraw_at').executeTakeFirst();
  const [first] = [row?.at, again?.at].flatMap((at) => (at ? [instant(at)] : [])).sort((a, b) => +a - +b);
  return first ?? null;
}

const kept = (db: LedgerDb) => outgoing(db).where('outbox.gave_up_at', 'is', null);

const unsent = (db: LedgerDb) =>
  kept(db)
    .whereRef('outbox.version', '>', 'outbox.sent_version')
    .where((eb) => eb.or([eb('messages.room_of', 'is', null), eb('room.state', '<>', 'wanted')]))
    .where((eb) => eb.or([eb('messages.thread_of', 'is', null), eb('parent.ts', 'is not', null)]));

// Nothing has changed that is not sent, so the order among other messages does not matter.
const toRedraw = (db: LedgerDb) =>
  kept(db).where('outbox.redraw_at', 'is not', null).whereRef('outbox.version', '=', 'outbox.sent_version');

/**
 * The channel in whose order a message stands, before it has a place of its own too. Replies in a thread go in the order of their channel: the
 * thread's first message is in the same lane. What is meant for the team's channel stands in line with everything else there, under whatever
 * address it was written.
 */
function laneIn({ team }: Lanes) {
  const isInRoom = sql`coalesce(room.state, '') = 'made' and room.channel is not null`;
  const place = sql`coalesce(
    case when outbox.moved_to_team = 1 or (${isInRoom}) then null else parent.channel end,
    messages.channel,
    case when outbox.moved_to_team = 1 then 'team' when ${isInRoom} then room.channel else messages.address end
  )`;
  return sql<string>`case ${place} when 'team' then ${team} else ${place} end`;
}

function isFree(lanes: Lanes) {
  if (lanes.held.length === 0) return sql<SqlBool>`1 = 1`;
  return sql<SqlBool>`${laneIn(lanes)} not in (${sql.join(lanes.held)})`;
}
