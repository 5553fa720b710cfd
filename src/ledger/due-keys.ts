import { sql } from 'kysely';
import { stored } from './codec.ts';
import { inStates } from './in-states.ts';
import { keyFromRow } from './keys.ts';
import type { LedgerDb } from './open.ts';
import type { LedgerReader } from './reader.ts';

/** What the clock asks for. Each question reads along an index and stops at its limit: it costs what is due, not what there is. */
export function dueKeyQueries(
  db: LedgerDb,
): Pick<LedgerReader, 'overdueKeys' | 'keysToExpire' | 'keysToRetire' | 'keysToForget'> {
  const all = () => db.selectFrom('keys').selectAll();
  // What a run works on is that run's to end; the page is for the others, however many of these there are.
  const withoutRun = () =>
    all().where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('runs')
            .select('runs.id')
            .whereRef('runs.key_id', '=', 'keys.id')
            .where('runs.parent_run', 'is', null)
            .where('runs.finished_at', 'is', null),
        ),
      ),
    );
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
  return {
    overdueKeys: async ({ class: keyClass, activatedBefore, limit, after }) => {
      let query = withoutRotation()
        .where('state', '=', 'active')
        .where('superseded_at', 'is', null)
        .where('class', '=', keyClass)
        .where('activated_at', '<', stored(activatedBefore));
      if (after !== undefined) {
        const { id, at } = { id: after.id, at: stored(after.at) };
        // Along the index to that instant, and behind the row of that id within it.
        query = query
          .where('activated_at', '>=', at)
          .where((eb) => eb.or([eb('activated_at', '>', at), eb('id', '>', id)]));
      }
      return (await query.orderBy('activated_at').orderBy('id').limit(limit).execute()).map(keyFromRow);
    },
    keysToExpire: async (now, limit) =>
      (
        await withoutRun()
          .where(inStates('pending', 'active', 'retiring', 'suspended'))
          .where(({ or, not, exists, selectFrom, eb }) =>
            // A new key that was not handed over yet is its rotation's, until that has ended.
            or([
              eb('state', '<>', 'pending'),
              not(
                exists(
                  selectFrom('rotations')
                    .select('rotations.id')
                    .whereRef('rotations.replacement_id', '=', 'keys.id')
                    .where('rotations.ended_at', 'is', null),
                ),
              ),
            ]),
          )
          .where('expires_at', 'is not', null)
          .where('expires_at', '<=', stored(now))
          .orderBy('expires_at')
          .limit(limit)
          .execute()
      ).map(keyFromRow),
    keysToRetire: async (now, limit, after) => {
      let query = withoutRotation().where('state', '=', 'retiring').where('grace_ends_at', '<=', stored(now));
      if (after !== undefined) {
        const { id, at } = { id: after.id, at: stored(after.at) };
        query = query
          .where('grace_ends_at', '>=', at)
          .where((eb) => eb.or([eb('grace_ends_at', '>', at), eb('id', '>', id)]));
      }
      return (await query.orderBy('grace_ends_at').orderBy('id').limit(limit).execute()).map(keyFromRow);
    },
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
