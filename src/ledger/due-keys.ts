import { type ExpressionBuilder, type ExpressionWrapper, type SqlBool, sql } from 'kysely';
import { stored } from './codec.ts';
import { inStates } from './in-states.ts';
import { keyFromRow } from './keys.ts';
import type { LedgerDb } from './open.ts';
import type { LedgerReader, PageEnd } from './reader.ts';
import type { LedgerTables } from './schema.ts';

/** What the clock asks for. Each question reads along an index and stops at its limit: it costs what is due, not what there is. */
export function dueKeyQueries(
  db: LedgerDb,
): Pick<LedgerReader, 'overdueKeys' | 'unplannedExpiries' | 'keysToExpire' | 'keysToRetire' | 'keysToForget'> {
  const all = () => db.selectFrom('keys').selectAll();
  const withoutRotation = () =>
    all().where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('rotations')
            .select('rotations.id')
            .whereRef('rotations.key_id', '=', 'keys.id')
            .where('rotations.ended_at', 'is', null),
        ),
      ),
    );
  const unplanned = () => withoutRotation().where('superseded_at', 'is', null);
  return {
    overdueKeys: async ({ class: keyClass, activatedBefore, limit, after }) => {
      let query = unplanned()
        .where('state', '=', 'active')
        .where('class', '=', keyClass)
        .where('activated_at', '<', stored(activatedBefore));
      if (after !== undefined) query = query.where(isBehind('activated_at', after));
      return (await query.orderBy('activated_at').orderBy('id').limit(limit).execute()).map(keyFromRow);
    },
    unplannedExpiries: async ({ now, before, limit, after }) => {
      let query = unplanned()
        // Which is: active. The index is found by its own words only.
        .where(inStates('active', 'suspended'))
        .where('suspended_at', 'is', null)
        .where('expires_at', 'is not', null)
        .where('expires_at', '>', stored(now))
        .where('expires_at', '<=', stored(before));
      if (after !== undefined) query = query.where(isBehind('expires_at', after));
      return (await query.orderBy('expires_at').orderBy('id').limit(limit).execute()).map(keyFromRow);
    },
    keysToExpire: async (now, limit) =>
      (
        await all()
          .where(inStates('active', 'retiring', 'suspended'))
          .where('expires_at', 'is not', null)
          .where('expires_at', '<=', stored(now))
          .orderBy('expires_at')
          .limit(limit)
          .execute()
      ).map(keyFromRow),
    keysToRetire: async (now, limit) =>
      (
        await withoutRotation()
          .where('state', '=', 'retiring')
          .where('grace_ends_at', '<=', stored(now))
          .orderBy('grace_ends_at')
          .limit(limit)
          .execute()
      ).map(keyFromRow),
    keysToForget: async (deadBefore, limit) => {
      const diedAt = sql<string>`coalesce(revoked_at, expires_at)`;
      const rows = await all()
        .where(inStates('revoked', 'expired'))
        .where('forgotten_at', 'is', null)
        .where(diedAt, '<', stored(deadBefore))
        .orderBy(diedAt)
        .limit(limit)
        .execute();
      return rows.map(keyFromRow);
    },
  };
}

function isBehind(column: 'activated_at' | 'expires_at', { at, id }: PageEnd) {
  type Keys = ExpressionBuilder<LedgerTables, 'keys'>;
  // The first condition is the one that an index can follow; the second one takes what came before out of the same instant.
  return (eb: Keys): ExpressionWrapper<LedgerTables, 'keys', SqlBool> =>
    eb.and([eb(column, '>=', stored(at)), eb.or([eb(column, '>', stored(at)), eb('id', '>', id)])]);
}
