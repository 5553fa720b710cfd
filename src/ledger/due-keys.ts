import { type ExpressionBuilder, sql } from 'kysely';
import { behind } from './behind.ts';
import { stored } from './codec.ts';
import { inStates } from './in-states.ts';
import { keyFromRow } from './keys.ts';
import type { LedgerDb } from './open.ts';
import type { LedgerReader } from './reader.ts';
import type { LedgerTables } from './schema.ts';

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
  const withoutRotation = () => all().where((eb) => eb.not(hasOpenRotation(eb, 'rotations.key_id')));
  return {
    overdueKeys: async ({ class: keyClass, activatedBefore, limit, after }) =>
      (
        await withoutRotation()
          .where('state', '=', 'active')
          .where('superseded_at', 'is', null)
          .where('class', '=', keyClass)
          .where('activated_at', '<', stored(activatedBefore))
          .where(behind('activated_at', after))
          .orderBy('activated_at')
          .orderBy('id')
          .limit(limit)
          .execute()
      ).map(keyFromRow),
    keysToExpire: async (now, limit) =>
      (
        await withoutRun()
          .where(inStates('pending', 'active', 'retiring', 'suspended'))
          // A new key that was not handed over yet is its rotation's, until that has ended.
          .where((eb) => eb.or([eb('state', '<>', 'pending'), eb.not(hasOpenRotation(eb, 'rotations.replacement_id'))]))
          .where('expires_at', 'is not', null)
          .where('expires_at', '<=', stored(now))
          .orderBy('expires_at')
          .limit(limit)
          .execute()
      ).map(keyFromRow),
    keysToRetire: async (now, limit, after) =>
      (
        await withoutRotation()
          .where('state', '=', 'retiring')
          .where('grace_ends_at', '<=', stored(now))
          .where(behind('grace_ends_at', after))
          .orderBy('grace_ends_at')
          .orderBy('id')
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

type Keys = ExpressionBuilder<LedgerTables, 'keys'>;

/** As the key that is being replaced, or as the replacement. */
function hasOpenRotation({ exists, selectFrom }: Keys, as: 'rotations.key_id' | 'rotations.replacement_id') {
  const rotations = selectFrom('rotations').select('rotations.id').whereRef(as, '=', 'keys.id');
  return exists(rotations.where('rotations.ended_at', 'is', null));
}
