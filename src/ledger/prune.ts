import { setImmediate as turn } from 'node:timers/promises';
import { sql } from 'kysely';
import { stored } from './codec.ts';
import type { LedgerDb } from './open.ts';

/** How many rows left each table. */
export type Pruned = Record<keyof typeof KEPT, number>;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

// What has served its purpose: `key` is how a row is named, `time` the column that says since when it is of no use. Nothing here is audited.
const KEPT = {
  dedupe: { key: ['source', 'id'], time: 'at', forMs: 30 * DAY_MS },
  inbox: { key: ['id'], time: 'handled_at', forMs: 30 * DAY_MS },
  answers: { key: ['caller', 'idempotency_key'], time: 'begun_at', forMs: 48 * HOUR_MS },
  usage: { key: ['key_id', 'caller', 'minute'], time: 'minute', forMs: 90 * DAY_MS },
} as const;

// A few milliseconds each: whoever records meanwhile waits for one batch, not for all of them.
const BATCH = 500;

/** Deletes what was kept long enough, oldest first. A payload that nobody has handled stays, however old it is. */
export async function prune(db: LedgerDb, now: Date): Promise<Pruned> {
  return {
    dedupe: await pruneTable(db, 'dedupe', now),
    inbox: await pruneTable(db, 'inbox', now),
    answers: await pruneTable(db, 'answers', now),
    usage: await pruneTable(db, 'usage', now),
  };
}

async function pruneTable(db: LedgerDb, table: keyof Pruned, now: Date): Promise<number> {
  const { key, time, forMs } = KEPT[table];
  const before = stored(new Date(now.getTime() - forMs));
  const columns = sql.join(key.map((column) => sql.ref(column)));
  const old = sql`select ${columns} from ${sql.table(table)} where ${sql.ref(time)} < ${before} order by ${sql.ref(time)} limit ${BATCH}`;
  for (let pruned = 0; ; await turn()) {
    const { numAffectedRows } = await sql`delete from ${sql.table(table)} where (${columns}) in (${old})`.execute(db);
    pruned += Number(numAffectedRows ?? 0n);
    if ((numAffectedRows ?? 0n) < BATCH) return pruned;
  }
}
