import { sql } from 'kysely';
import { stored } from './codec.ts';
import { keyFromRow } from './keys.ts';
import type { LedgerDb } from './open.ts';
import type { LedgerReader } from './reader.ts';

/** What the clock asks for. Each question reads along an index and stops at its limit: it costs what is due, not what there is. */
export function dueKeyQueries(
  db: LedgerDb,
): Pick<LedgerReader, 'overdueKeys' | 'keysToExpire' | 'keysToRetire' | 'keysToForget'> {
  const all = () => db.selectFrom('keys').selectAll();
  return {
    overdueKeys: async ({ class: keyClass, activatedBefore, limit }) =>
      (
        await all()
          .where('class', '=', keyClass)
          .where('state', '=', 'active')
          .where('superseded_at', 'is', null)
          .where('activated_at', '<', stored(activatedBefore))
          .where(({ not, exists, selectFrom }) =>
            not(
              exists(
                selectFrom('rotations')
                  .select('rotations.id')
                  .whereRef('rotations.key_id', '=', 'keys.id')
                  .where('rotations.ended_at', 'is', null),
              ),
            ),
          )
          .orderBy('activated_at')
          .limit(limit)
          .execute()
      ).map(keyFromRow),
    keysToExpire: async (now, limit) =>
      (
        await all()
          .where('state', 'in', ['active', 'retiring', 'suspended'])
          .where('expires_at', 'is not', null)
          .where('expires_at', '<=', stored(now))
          .orderBy('expires_at')
          .limit(limit)
          .execute()
      ).map(keyFromRow),
    keysToRetire: async (now, limit) =>
      (
        await all()
          .where('state', '=', 'retiring')
          .where('grace_ends_at', '<=', stored(now))
          .where(({ not, exists, selectFrom }) =>
            not(
              exists(
                selectFrom('rotations')
                  .select('rotations.id')
                  .whereRef('rotations.key_id', '=', 'keys.id')
                  .where('rotations.ended_at', 'is', null),
              ),
            ),
          )
          .orderBy('grace_ends_at')
          .limit(limit)
          .execute()
      ).map(keyFromRow),
    keysToForget: async (deadBefore, limit) => {
      const diedAt = sql<string>`coalesce(revoked_at, expires_at)`;
      const rows = await all()
        .where('state', 'in', ['revoked', 'expired'])
        .where('forgotten_at', 'is', null)
        .where(diedAt, '<', stored(deadBefore))
        .orderBy(diedAt)
        .limit(limit)
        .execute();
      return rows.map(keyFromRow);
    },
  };
}
