import { sql } from 'kysely';
import { KeyId } from '../domain/ids.ts';
import { instant, stored } from './codec.ts';
import { keyFromRow } from './keys.ts';
import type { LedgerDb } from './open.ts';
import type { DeadKeyUse, LedgerReader } from './reader.ts';

/** What reports ask for. Each reads along an index and no further than what it returns, so the states are literals that an index can see. */
export function reportQueries(
  db: LedgerDb,
): Pick<LedgerReader, 'currentUndated' | 'currentOlderThan' | 'usesOfDeadKeys'> {
  const current = () => db.selectFrom('keys').selectAll().where('superseded_at', 'is', null);
  const [active, suspended] = [sql.lit('active'), sql.lit('suspended')];
  return {
    currentUndated: async (environment, service) => {
      let query = current()
        .where('expires_at', 'is', null)
        .where('state', 'in', [active, suspended])
        .where('environment', '=', environment);
      if (service !== undefined) query = query.where('service', '=', service);
      return (await query.orderBy('slug').execute()).map(keyFromRow);
    },
    currentOlderThan: async (keyClass, activatedBefore) => {
      const older = current().where('state', '=', active).where('class', '=', keyClass);
      const rows = older.where('activated_at', '<', stored(activatedBefore)).orderBy('activated_at').orderBy('slug');
      return (await rows.execute()).map(keyFromRow);
    },
    usesOfDeadKeys: async (since) => {
      const rows = await db
        .selectFrom('usage')
        .innerJoin('keys', 'keys.id', 'usage.key_id')
        .where('usage.minute', '>=', stored(since))
        .where('keys.state', 'in', [sql.lit('revoked'), sql.lit('expired')])
        // What was called before it died was called by right.
        .whereRef('usage.minute', '>=', sql<string>`coalesce(keys.revoked_at, keys.expires_at)`)
        .select(['usage.key_id', 'usage.caller', 'usage.minute', 'usage.accepted', 'usage.rejected'])
        .orderBy('usage.minute', 'desc')
        .execute();
      return added(rows);
    },
  };
}

interface Minute {
  key_id: string;
  caller: string;
  minute: string;
  accepted: number;
  rejected: number;
}

// Not `group by`: SQLite would walk all of the usage in the order of the groups.
function added(newestFirst: readonly Minute[]): DeadKeyUse[] {
  const uses = new Map<string, DeadKeyUse>();
  for (const { key_id, caller, minute, accepted, rejected } of newestFirst) {
    const name = JSON.stringify([key_id, caller]);
    const use = uses.get(name) ?? {
      key: KeyId.parse(key_id),
      caller,
      accepted: 0,
      rejected: 0,
      lastAt: instant(minute),
    };
    uses.set(name, { ...use, accepted: use.accepted + accepted, rejected: use.rejected + rejected });
  }
  return [...uses.values()];
}
