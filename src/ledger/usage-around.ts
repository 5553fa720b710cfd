import { sql } from 'kysely';
import type { KeyId } from '../domain/ids.ts';
import { instant, stored } from './codec.ts';
import type { LedgerDb } from './open.ts';
import type { Usage } from './reader.ts';

/** `since`: what is older does not count. `overAt`: from when on only another key should be called with; null while that is not reached. */
export interface Around {
  since: Date;
  startedAt: Date;
  overAt: Date | null;
}

const MINUTE_MS = 60_000;

/**
 * The calls with a key around an incident, added up per caller: until the failures began, from then on, and from `overAt` on for each hour
 * counted from there. `minute` is the first one of each sum, so a sum never lies on both sides of one of these instants. A busy key has
 * hundreds of thousands of minutes, and all that is asked about them is on which side of these they are.
 */
export async function usageAround(db: LedgerDb, key: KeyId, { since, startedAt, overAt }: Around): Promise<Usage[]> {
  // A minute in which the failures began counts as one of them.
  const begun = sql<string>`case when minute > ${stored(new Date(startedAt.getTime() - MINUTE_MS))} then 'begun' else 'before' end`;
  const rows = await db
    .selectFrom('usage')
    .where('key_id', '=', key)
    .where('minute', '>=', stored(since))
    .select(['caller', begun.as('begun'), hourSince(overAt).as('hour')])
    .select(['accepted', 'rejected', 'minute'])
    .$call((uses) => db.selectFrom(uses.as('uses')))
    .groupBy(['caller', 'begun', 'hour'])
    .select(['caller', sql<string>`min(minute)`.as('first')])
    .select([sql<number>`sum(accepted)`.as('accepted'), sql<number>`sum(rejected)`.as('rejected')])
    .orderBy('first')
    .orderBy('caller')
    .execute();
  return rows.map(({ caller, first, accepted, rejected }) => ({
    key,
    caller,
    minute: instant(first),
    accepted: Number(accepted),
    rejected: Number(rejected),
  }));
}

/** Of an hour of the clock, what lies before the minute of `overAt` belongs to the hour before, counted from there. */
function hourSince(overAt: Date | null) {
  if (overAt === null) return sql<string>`''`;
  const from = stored(overAt);
  const side = sql`case when substr(minute, 15) >= ${from.slice(14)} then 'late' else 'early' end`;
  return sql<string>`case when minute < ${from} then '' else substr(minute, 1, 13) || ${side} end`;
}
