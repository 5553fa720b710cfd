import { sql } from 'kysely';
import { stored } from './codec.ts';
import type { DigestReader } from './digest-reader.ts';
import { inStates } from './in-states.ts';
import { keyFromRow } from './keys.ts';
import type { LedgerDb } from './open.ts';

type Asked = Pick<
  DigestReader,
  | 'currentExpired'
  | 'currentOwnerless'
  | 'currentWithoutEnd'
  | 'ownersOfKeys'
  | 'currentOfOwner'
  | 'countOlderThan'
  | 'expiriesBetween'
>;

/** The keys that a digest asks for. Each question reads along an index and stops at its limit: it costs what is in the digest. */
export function digestKeyQueries(db: LedgerDb): Asked {
  const current = () => db.selectFrom('keys').selectAll().where('superseded_at', 'is', null);
  const inUse = () => current().where(inStates('active', 'suspended'));
  return {
    currentExpired: async (limit) => {
      // The expression of keys_by_state; the one on `state` alone is not looked at for it.
      const expired = current().where(sql`coalesce(state, '')`, '=', 'expired').where('forgotten_at', 'is', null);
      return (await expired.orderBy('expires_at', 'desc').limit(limit).execute()).map(keyFromRow);
    },
    currentOwnerless: async (limit) => {
      const nobodys = current().where('owner', 'is', null).where('state', '=', 'active');
      return (await nobodys.orderBy('expires_at').limit(limit).execute()).map(keyFromRow);
    },
    currentWithoutEnd: async (limit) => {
      // Every environment, said so that the index is entered at its beginning and left at the limit.
      const undated = inUse().where('expires_at', 'is', null).where('environment', '>=', '');
      return (await undated.orderBy('environment').orderBy('slug').limit(limit).execute()).map(keyFromRow);
    },
    ownersOfKeys: async () => {
      const names: string[] = [];
      // From name to name along the index, however many keys each has.
      for (;;) {
        const found = await db
          .selectFrom('keys')
          .select('owner')
          .where('superseded_at', 'is', null)
          .where('owner', '>', names.at(-1) ?? '')
          .orderBy('owner')
          .limit(1)
          .executeTakeFirst();
        if (found?.owner == null) return names;
        names.push(found.owner);
      }
    },
    currentOfOwner: async (owner, limit) => {
      const theirs = current().where('owner', '=', owner).where('state', '=', 'active');
      return (await theirs.orderBy('expires_at').limit(limit).execute()).map(keyFromRow);
    },
    countOlderThan: async (keyClass, activatedBefore) => {
      const { count } = await db
        .selectFrom('keys')
        .where('superseded_at', 'is', null)
        .where('state', '=', sql.lit('active'))
        .where('class', '=', keyClass)
        .where('activated_at', '<', stored(activatedBefore))
        .select(sql<number>`count(*)`.as('count'))
        .executeTakeFirstOrThrow();
      return Number(count);
    },
    expiriesBetween: async (instants) => {
      const counts: number[] = [];
      for (const [index, until] of instants.entries()) {
        const from = instants[index - 1];
        if (from === undefined) continue;
        const { count } = await db
          .selectFrom('keys')
          .where('superseded_at', 'is', null)
          .where(inStates('active', 'suspended'))
          .where('expires_at', 'is not', null)
          .where('expires_at', '>=', stored(from))
          .where('expires_at', '<', stored(until))
          .select(sql<number>`count(*)`.as('count'))
          .executeTakeFirstOrThrow();
        counts.push(Number(count));
      }
      return counts;
    },
  };
}
