import type { Insertable, Selectable, Updateable } from 'kysely';
import { KeyId } from '../domain/ids.ts';
import { assertTransition, Delivery, type Key, KeyClass, KeyState } from '../domain/key.ts';
import { changeOne } from './change-one.ts';
import { fromJson, instant, jsonText, stored, Texts } from './codec.ts';
import type { LedgerDb } from './open.ts';
import type { LedgerReader } from './reader.ts';
import type { KeysTable } from './schema/keys.ts';

export function keyFromRow(row: Selectable<KeysTable>): Key {
  return {
    id: KeyId.parse(row.id),
    slug: row.slug,
    version: row.version,
    class: KeyClass.parse(row.class),
    provider: row.provider,
    externalRef: row.external_ref,
    service: row.service,
    environment: row.environment,
    owner: row.owner,
    escalation: row.escalation,
    scopes: fromJson(Texts, row.scopes),
    rateLimit: row.rate_limit,
    digest: row.digest,
    pepperId: row.pepper_id,
    last4: row.last4,
    predecessor: row.predecessor === null ? null : KeyId.parse(row.predecessor),
    delivery: row.delivery === null ? null : fromJson(Delivery, row.delivery),
    probeUrl: row.probe_url,
    state: KeyState.parse(row.state),
    createdAt: instant(row.created_at),
    activatedAt: instant(row.activated_at),
    expiresAt: instant(row.expires_at),
    quarantinedAt: instant(row.quarantined_at),
    compromisedAt: instant(row.compromised_at),
    revokedAt: instant(row.revoked_at),
    provedLiveAt: instant(row.proved_live_at),
    provedDeadAt: instant(row.proved_dead_at),
    rowVersion: row.row_version,
  };
}

export function keyToRow(key: Key): Insertable<KeysTable> {
  return {
    id: key.id,
    slug: key.slug,
    version: key.version,
    class: key.class,
    provider: key.provider,
    external_ref: key.externalRef,
    service: key.service,
    environment: key.environment,
    owner: key.owner,
    escalation: key.escalation,
    scopes: jsonText(key.scopes),
    rate_limit: key.rateLimit,
    digest: key.digest,
    pepper_id: key.pepperId,
    last4: key.last4,
    predecessor: key.predecessor,
    delivery: key.delivery === null ? null : jsonText(key.delivery),
    probe_url: key.probeUrl,
    state: key.state,
    created_at: stored(key.createdAt),
    activated_at: stored(key.activatedAt),
    expires_at: stored(key.expiresAt),
    quarantined_at: stored(key.quarantinedAt),
    compromised_at: stored(key.compromisedAt),
    revoked_at: stored(key.revokedAt),
    proved_live_at: stored(key.provedLiveAt),
    proved_dead_at: stored(key.provedDeadAt),
    row_version: key.rowVersion,
  };
}

/** Every change of a key's row raises its version, so that an approval bound to the old one is seen to be stale. */
export async function changeKey(
  db: LedgerDb,
  id: KeyId,
  change: Updateable<KeysTable> & { state?: KeyState },
): Promise<void> {
  if (change.state !== undefined) {
    const row = await db.selectFrom('keys').selectAll().where('id', '=', id).executeTakeFirst();
    // The trigger refuses the same; this one says it in a sentence.
    if (row !== undefined) assertTransition(keyFromRow(row), change.state);
  }
  await changeOne(
    db
      .updateTable('keys')
      .set((eb) => ({ ...change, row_version: eb('row_version', '+', 1) }))
      .where('id', '=', id),
    `key ${id}`,
  );
}

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
>;

export function keyQueries(db: LedgerDb): KeyQueries {
  const all = () => db.selectFrom('keys').selectAll();
  const one = (row: Selectable<KeysTable> | undefined) => (row === undefined ? null : keyFromRow(row));
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
      one(newestUsable(await all().where('slug', '=', slug).orderBy('version', 'desc').execute())),
    versionsOf: async (slug) =>
      (await all().where('slug', '=', slug).orderBy('version', 'desc').execute()).map(keyFromRow),
    keys: async (filter = {}) => {
      let query = all()
        // Never activated and over: a replacement that was taken back.
        .where((eb) =>
          eb.or([eb('activated_at', 'is not', null), eb('state', 'not in', ['pending', 'expired', 'revoked'])]),
        )
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('keys as newer')
                .select('newer.id')
                .whereRef('newer.slug', '=', 'keys.slug')
                .whereRef('newer.version', '>', 'keys.version')
                .where('newer.activated_at', 'is not', null),
            ),
          ),
        );
      for (const name of ['service', 'environment', 'owner'] as const) {
        const wanted = filter[name];
        if (wanted !== undefined) query = query.where(name, '=', wanted);
      }
      return (await query.orderBy('slug').execute()).map(keyFromRow);
    },
    keysExpiringBefore: async (before) =>
      (
        await all()
          .where('state', 'in', ['active', 'retiring'])
          .where('expires_at', 'is not', null)
          .where('expires_at', '<', stored(before))
          .orderBy('expires_at')
          .execute()
      ).map(keyFromRow),
  };
}

/** A pending replacement is not yet "the key"; one that was rolled back, or left pending by a run that failed, never was. */
function newestUsable(newestFirst: readonly Selectable<KeysTable>[]): Selectable<KeysTable> | undefined {
  return newestFirst.find((row) => row.activated_at !== null) ?? newestFirst.find((row) => row.predecessor === null);
}
