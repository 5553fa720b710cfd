import type { LedgerEvent } from '../domain/event.ts';
import type { KeyId, RunId } from '../domain/ids.ts';
import type { Key } from '../domain/key.ts';
import type { AuditContext } from './audit.ts';
import { stored } from './codec.ts';
import { changeKey, keyToRow } from './keys.ts';
import type { LedgerDb } from './open.ts';

type KeyEvent = Extract<LedgerEvent, { type: `key_${string}` | `secret_${string}` }>;

export async function applyKeyEvent(tx: LedgerDb, event: KeyEvent, context: AuditContext): Promise<void> {
  const at = stored(context.at);
  switch (event.type) {
    case 'key_issued':
      await tx.insertInto('keys').values(keyToRow(event.key)).execute();
      return openRotation(tx, event.key, context);
    case 'key_activated':
      await changeKey(tx, event.key, { state: 'active', activated_at: at });
      return advanceRotation(tx, event.key, { state: 'distributing', distributed_at: at });
    case 'key_expired':
      return changeKey(tx, event.key, { state: 'expired' });
    case 'key_quarantined':
      return changeKey(tx, event.key, { quarantined_at: at });
    case 'key_compromised':
      return changeKey(tx, event.key, { compromised_at: at });
    case 'key_revoked':
      await changeKey(tx, event.key, { state: 'revoked', revoked_at: at });
      await advanceRotation(tx, event.key, { state: 'rolled_back' });
      return advanceRotationOf(tx, event.key, { state: 'revoking', revoked_at: at });
    case 'key_proved_live':
      await changeKey(tx, event.key, { proved_live_at: at });
      return advanceRotation(tx, event.key, { state: 'verifying', verified_at: at });
    case 'key_proved_dead':
      await changeKey(tx, event.key, { proved_dead_at: at });
      return advanceRotationOf(tx, event.key, { state: 'completed', completed_at: at });
    case 'secret_sealed': {
      const { secret } = event;
      const times = { created_at: stored(secret.createdAt), destroyed_at: stored(secret.destroyedAt) };
      await tx
        .insertInto('secrets')
        .values({ id: secret.id, key_id: secret.key, purpose: secret.purpose, envelope: secret.envelope, ...times })
        .execute();
      return;
    }
    case 'secret_destroyed':
      await tx
        .updateTable('secrets')
        .set({ envelope: null, destroyed_at: at })
        .where('id', '=', event.secret)
        .where('destroyed_at', 'is', null)
        .execute();
      return;
    case 'secret_delivered':
    case 'secret_withdrawn':
      // The place and the time are in the audit line; the sealed copy stays until it is destroyed.
      return;
    default:
      return event satisfies never;
  }
}

type RotationChange = {
  state: string;
  distributed_at?: string;
  verified_at?: string;
  revoked_at?: string;
  completed_at?: string;
};

const ROTATION_OVER = ['completed', 'rolled_back', 'failed'];

/** A replacement opens the rotation of the key it replaces; the unique index refuses a second one while that is open. */
async function openRotation(tx: LedgerDb, key: Key, context: AuditContext): Promise<void> {
  if (key.predecessor === null || context.run === null) return;
  await tx
    .insertInto('rotations')
    .values({
      id: `rot-${key.id}`,
      key_id: key.predecessor,
      replacement_id: key.id,
      run_id: context.run,
      mode: 'emergency',
      state: 'created',
      created_at: stored(context.at),
    })
    .execute();
}

/** Moves the open rotation whose replacement this is. */
async function advanceRotation(tx: LedgerDb, replacement: KeyId, change: RotationChange): Promise<void> {
  await tx
    .updateTable('rotations')
    .set(change)
    .where('replacement_id', '=', replacement)
    .where('state', 'not in', ROTATION_OVER)
    .execute();
}

/** Moves the open rotation of the key that is being replaced. */
async function advanceRotationOf(tx: LedgerDb, key: KeyId, change: RotationChange): Promise<void> {
  await tx
    .updateTable('rotations')
    .set(change)
    .where('key_id', '=', key)
    .where('state', 'not in', ROTATION_OVER)
    .execute();
}

/** Whoever replaces the key next must not be refused because of a run that is no more. */
export async function closeRotationsOf(tx: LedgerDb, run: RunId): Promise<void> {
  await tx
    .updateTable('rotations')
    .set({ state: 'failed' })
    .where('run_id', '=', run)
    .where('state', 'not in', ROTATION_OVER)
    .execute();
}
