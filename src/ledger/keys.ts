import type { ExpressionBuilder, Insertable, Selectable, Updateable, UpdateObject } from 'kysely';
import { KeyId } from '../domain/ids.ts';
import { assertTransition, Delivery, type Key, KeyClass, KeyState } from '../domain/key.ts';
import { changeOne } from './change-one.ts';
import { fromJson, instant, jsonText, stored, Texts } from './codec.ts';
import type { LedgerDb } from './open.ts';
import { JsonRecord } from './runs.ts';
import type { KeysTable } from './schema/keys.ts';
import type { LedgerTables } from './schema.ts';

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
    runbook: row.runbook,
    secretRef: row.secret_ref,
    administers: row.administers,
    claims: row.claims === null ? null : fromJson(JsonRecord, row.claims),
    publicJwk: row.public_jwk === null ? null : fromJson(JsonRecord, row.public_jwk),
    state: KeyState.parse(row.state),
    createdAt: instant(row.created_at),
    activatedAt: instant(row.activated_at),
    expiresAt: instant(row.expires_at),
    retiringAt: instant(row.retiring_at),
    graceEndsAt: instant(row.grace_ends_at),
    graceExtensions: row.grace_extensions,
    expiryExtensions: row.expiry_extensions,
    suspendedAt: instant(row.suspended_at),
    supersededAt: instant(row.superseded_at),
    forgottenAt: instant(row.forgotten_at),
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
    runbook: key.runbook,
    secret_ref: key.secretRef,
    administers: key.administers,
    claims: key.claims === null ? null : jsonText(key.claims),
    public_jwk: key.publicJwk === null ? null : jsonText(key.publicJwk),
    state: key.state,
    created_at: stored(key.createdAt),
    activated_at: stored(key.activatedAt),
    expires_at: stored(key.expiresAt),
    retiring_at: stored(key.retiringAt),
    grace_ends_at: stored(key.graceEndsAt),
    grace_extensions: key.graceExtensions,
    expiry_extensions: key.expiryExtensions,
    suspended_at: stored(key.suspendedAt),
    superseded_at: stored(key.supersededAt),
    forgotten_at: stored(key.forgottenAt),
    quarantined_at: stored(key.quarantinedAt),
    compromised_at: stored(key.compromisedAt),
    revoked_at: stored(key.revokedAt),
    proved_live_at: stored(key.provedLiveAt),
    proved_dead_at: stored(key.provedDeadAt),
    row_version: key.rowVersion,
  };
}

type Columns = ExpressionBuilder<LedgerTables, 'keys'>;
type Change =
  | (Updateable<KeysTable> & { state?: KeyState })
  | ((eb: Columns) => UpdateObject<LedgerTables, 'keys', 'keys'>);

/** Every change of a key's row raises its version, so that an approval bound to the old one is seen to be stale. */
export async function changeKey(db: LedgerDb, id: KeyId, change: Change): Promise<void> {
  if (typeof change !== 'function' && change.state !== undefined) {
    const row = await db.selectFrom('keys').selectAll().where('id', '=', id).executeTakeFirst();
    // The trigger refuses the same; this one says it in a sentence.
    if (row !== undefined) assertTransition(keyFromRow(row), change.state);
  }
  await changeOne(
    db
      .updateTable('keys')
      .set((eb) => ({
        ...(typeof change === 'function' ? change(eb) : change),
        row_version: eb('row_version', '+', 1),
      }))
      .where('id', '=', id),
    `key ${id}`,
  );
}

type Standing = Pick<Selectable<KeysTable>, 'state' | 'activated_at' | 'predecessor'>;

/**
 * Which version of a name is "the key", newest first: the newest in use; else the newest that ever was; else the first, before its
 * activation. A pending replacement is not it yet, and one that was taken back never was.
 */
export function currentOf<Version extends Standing>(newestFirst: readonly Version[]): Version | undefined {
  return (
    newestFirst.find((row) => row.activated_at !== null && row.state !== 'revoked') ??
    newestFirst.find((row) => row.activated_at !== null) ??
    newestFirst.find((row) => row.predecessor === null)
  );
}
