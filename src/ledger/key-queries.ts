import type { Selectable } from 'kysely';
import { type Key, KeyClass, KeyState } from '../domain/key.ts';
import { stored } from './codec.ts';
import { inStates } from './in-states.ts';
import { currentOf, keyFromRow } from './keys.ts';
import type { LedgerDb } from './open.ts';
import type { KeyFilter, LedgerReader } from './reader.ts';
import type { KeysTable } from './schema/keys.ts';

const FINGERPRINT = /^[0-9a-f]{12}$/;

type KeyQueries = Pick<
  LedgerReader,
  | 'key'
  | 'keyBySlug'
  | 'keyByDigest'
  | 'keyByFingerprint'
  | 'keyByExternalRef'
  | 'keys'
  | 'versionsOf'
  | 'keysExpiringBefore'
  | 'currentExpiringBefore'
  | 'currentGone'
  | 'keyCounts'
  | 'administrators'
  | 'signingKeys'
  | 'lastExpiryOf'
>;

export function keyQueries(db: LedgerDb): KeyQueries {
  const all = () => db.selectFrom('keys').selectAll();
  const current = (filter: KeyFilter = {}) => {
    let query = all().where('superseded_at', 'is', null);
    for (const name of ['service', 'environment', 'owner'] as const) {
      const wanted = filter[name];
      if (wanted !== undefined) query = query.where(name, '=', wanted);
    }
    return query;
  };
  const one = (row: Selectable<KeysTable> | undefined) => (row === undefined ? null : keyFromRow(row));
  const list = (rows: readonly Selectable<KeysTable>[]): Key[] => rows.map(keyFromRow);
  return {
    key: async (id) => one(await all().where('id', '=', id).executeTakeFirst()),
    keyByDigest: async (digest) => one(await all().where('digest', '=', digest).executeTakeFirst()),
    keyByFingerprint: async (fingerprint) => {
      if (!FINGERPRINT.test(fingerprint)) return null;
      // 'g' follows the last hex digit, so this is every digest that begins with the fingerprint.
      const range = all().where('digest', '>=', fingerprint).where('digest', '<', `${fingerprint}g`);
      const rows = await range.limit(2).execute();
      return rows.length === 1 ? one(rows[0]) : null;
    },
    keyByExternalRef: async (provider, ref) =>
      one(
        await all()
          .where('provider', '=', provider)
          .where('external_ref', '=', ref)
          .orderBy('version', 'desc')
          .executeTakeFirst(),
      ),
    keyBySlug: async (slug) =>
      one(currentOf(await all().where('slug', '=', slug).orderBy('version', 'desc').execute())),
    versionsOf: async (slug) => list(await all().where('slug', '=', slug).orderBy('version', 'desc').execute()),
    keys: async ({ after, limit, ...filter } = {}) => {
      // Never activated and replacing another: a replacement on its way, or one that was taken back.
      let query = current(filter).where((eb) =>
        eb.or([eb('activated_at', 'is not', null), eb('predecessor', 'is', null)]),
      );
      if (after !== undefined) query = query.where('slug', '>', after);
      if (limit !== undefined) query = query.limit(limit);
      return list(await query.orderBy('slug').execute());
    },
    keysExpiringBefore: async (before) =>
      list(
        await all()
          // The states of the index, of which these can be used.
          .where(inStates('pending', 'active', 'retiring', 'suspended'))
          .where('state', 'in', ['active', 'retiring'])
          .where('expires_at', 'is not', null)
          .where('expires_at', '<', stored(before))
          .orderBy('expires_at')
          .execute(),
      ),
    currentExpiringBefore: async (before, { limit, ...filter } = {}) => {
      const ending = current(filter)
        .where(inStates('active', 'suspended'))
        .where('expires_at', 'is not', null)
        .where('expires_at', '<=', stored(before))
        .orderBy('expires_at');
      return list(await (limit === undefined ? ending : ending.limit(limit)).execute());
    },
    currentGone: async ({ after, limit, ...filter } = {}) => {
      let query = current(filter).where(inStates('revoked', 'expired')).where('activated_at', 'is not', null);
      if (after !== undefined) query = query.where('slug', '>', after);
      if (limit !== undefined) query = query.limit(limit);
      return list(await query.orderBy('slug').execute());
    },
    keyCounts: async () =>
      (await db.selectFrom('key_counts').selectAll().where('count', '>', 0).execute()).map((row) => ({
        ...row,
        class: KeyClass.parse(row.class),
        state: KeyState.parse(row.state),
      })),
    signingKeys: async () =>
      list(
        await all()
          .where('public_jwk', 'is not', null)
          .where('state', 'in', ['active', 'retiring'])
          .orderBy('activated_at', 'desc')
          .orderBy('version', 'desc')
          .execute(),
      ),
    lastExpiryOf: async (keyClass) => {
      const row = await all()
        .where('class', '=', keyClass)
        .where(inStates('pending', 'active', 'retiring', 'suspended'))
        .where('expires_at', 'is not', null)
        .orderBy('expires_at', 'desc')
        .limit(1)
        .executeTakeFirst();
      return one(row)?.expiresAt ?? null;
    },
    administrators: async (provider) => {
      const usable = all().where('administers', 'is not', null).where('state', 'in', ['active', 'retiring']);
      const asked = provider === undefined ? usable : usable.where('administers', '=', provider);
      return list(await asked.orderBy('expires_at').execute());
    },
  };
}
