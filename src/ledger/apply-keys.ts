import type { Updateable } from 'kysely';
import type { KeyChange, LedgerEvent } from '../domain/event.ts';
import type { KeyId } from '../domain/ids.ts';
import { nameOf } from '../domain/key.ts';
import { Refusal } from '../errors.ts';
import { completeRotationOf, moveRotationOf, moveRotationTo, openRotation, wakeRotationOf } from './apply-rotations.ts';
import type { AuditContext } from './audit.ts';
import { changeOne } from './change-one.ts';
import { jsonText, stored } from './codec.ts';
import { rememberWords } from './key-words.ts';
import { changeKey, currentOf, keyToRow } from './keys.ts';
import type { LedgerDb } from './open.ts';
import type { KeysTable } from './schema/keys.ts';

type KeyEvent = Extract<LedgerEvent, { type: `key_${string}` }>;

export async function applyKeyEvent(tx: LedgerDb, event: KeyEvent, context: AuditContext): Promise<void> {
  const at = stored(context.at);
  switch (event.type) {
    case 'key_issued':
      await tx.insertInto('keys').values(keyToRow(event.key)).execute();
      await rememberWords(tx, event.key.slug);
      await settleVersions(tx, event.key.id, at);
      return openRotation(tx, event.key, context);
    case 'key_activated':
      await changeKey(tx, event.key, { state: 'active', activated_at: at });
      await settleVersions(tx, event.key, at);
      return moveRotationTo(tx, event.key, { state: 'distributing', distributed_at: at });
    case 'key_expired':
      await changeKey(tx, event.key, { state: 'expired' });
      return settleVersions(tx, event.key, at);
    case 'key_quarantined':
      return changeKey(tx, event.key, { quarantined_at: at });
    case 'key_compromised':
      return changeKey(tx, event.key, { compromised_at: at });
    case 'key_revoked':
      await changeKey(tx, event.key, { state: 'revoked', revoked_at: at });
      await settleVersions(tx, event.key, at);
      // By hand: the run that waits for the end of its grace has nothing to wait for any more.
      if (context.run === null) await wakeRotationOf(tx, event.key, at);
      // A replacement that is revoked takes its rotation back; the key that is replaced moves its own on.
      await moveRotationTo(tx, event.key, {
        state: 'rolled_back',
        ended_at: at,
        why: 'The replacement was taken back.',
      });
      return moveRotationOf(tx, event.key, { state: 'proving', revoked_at: at });
    case 'key_retired': {
      const graceEndsAt = stored(event.graceEndsAt);
      await assertInUse(tx, event.key);
      await changeKey(tx, event.key, { state: 'retiring', retiring_at: at, grace_ends_at: graceEndsAt });
      return moveRotationOf(tx, event.key, { state: 'grace', grace_started_at: at, grace_ends_at: graceEndsAt });
    }
    case 'key_grace_extended': {
      const graceEndsAt = stored(event.graceEndsAt);
      await changeKey(tx, event.key, (eb) => ({
        grace_ends_at: graceEndsAt,
        grace_extensions: eb('grace_extensions', '+', 1),
      }));
      await moveRotationOf(tx, event.key, { state: 'grace', grace_ends_at: graceEndsAt });
      return wakeRotationOf(tx, event.key, at);
    }
    case 'key_grace_cut':
      return changeKey(tx, event.key, { grace_ends_at: at });
    case 'key_grace_taken_back':
      return changeKey(tx, event.key, NO_GRACE);
    case 'key_suspended':
      return changeKey(tx, event.key, { state: 'suspended', suspended_at: at });
    case 'key_reinstated':
      return changeKey(tx, event.key, { state: event.to, suspended_at: null, ...(event.to === 'active' && NO_GRACE) });
    case 'key_changed':
      return changeKey(tx, event.key, changeToRow(event.change));
    case 'key_expiry_extended': {
      const expiresAt = stored(event.expiresAt);
      return changeKey(tx, event.key, (eb) => ({
        expires_at: expiresAt,
        expiry_extensions: eb('expiry_extensions', '+', 1),
      }));
    }
    case 'key_forgotten':
      return changeKey(tx, event.key, { ...FORGOTTEN, forgotten_at: at });
    case 'key_proved_live':
      await changeKey(tx, event.key, { proved_live_at: at });
      return moveRotationTo(tx, event.key, { state: 'verifying', verified_at: at });
    case 'key_proved_dead':
      await changeKey(tx, event.key, { proved_dead_at: at });
      return completeRotationOf(tx, event.key, at);
    default:
      return event satisfies never;
  }
}

/** From suspended to retiring is the way of reinstating a key: a grace that begins must not bring one back. */
async function assertInUse(tx: LedgerDb, id: KeyId): Promise<void> {
  const key = await tx.selectFrom('keys').select(['slug', 'version', 'state']).where('id', '=', id).executeTakeFirst();
  if (key?.state === 'suspended')
    throw new Refusal('illegal_transition', `${nameOf(key)} is suspended; a grace would make it accepted again.`);
}

const NO_GRACE = { retiring_at: null, grace_ends_at: null, grace_extensions: 0 } as const;

const FORGOTTEN = {
  digest: null,
  pepper_id: null,
  last4: null,
  external_ref: null,
  delivery: null,
  probe_url: null,
  secret_ref: null,
  claims: null,
  scopes: '[]',
} as const;

function changeToRow(change: KeyChange): Updateable<Omit<KeysTable, 'state'>> {
  const { owner, escalation, runbook, secretRef, delivery, probeUrl, rateLimit, administers, service } = change;
  const row = {
    owner,
    escalation,
    runbook,
    secret_ref: secretRef,
    delivery: delivery === undefined || delivery === null ? delivery : jsonText(delivery),
    probe_url: probeUrl,
    rate_limit: rateLimit,
    administers,
    service,
  };
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));
}

/** One version of a name is current; the others are superseded, a replacement that was taken back included. */
async function settleVersions(tx: LedgerDb, id: KeyId, at: string): Promise<void> {
  const versions = await tx
    .selectFrom('keys')
    .select(['id', 'version', 'state', 'activated_at', 'predecessor', 'superseded_at'])
    .where('slug', '=', (eb) => eb.selectFrom('keys').select('slug').where('id', '=', id))
    .orderBy('version', 'desc')
    .execute();
  const current = currentOf(versions);
  for (const version of versions) {
    const isSuperseded = version.id !== current?.id && version.state !== 'pending';
    if (isSuperseded === (version.superseded_at !== null)) continue;
    const change = tx.updateTable('keys').set({ superseded_at: isSuperseded ? at : null });
    await changeOne(change.where('id', '=', version.id), `key ${version.id}`);
  }
}
