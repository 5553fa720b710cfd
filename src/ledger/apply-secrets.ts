import type { LedgerEvent } from '../domain/event.ts';
import { answerWaiting } from './apply-runs.ts';
import type { AuditContext } from './audit.ts';
import { changeOne } from './change-one.ts';
import { claimToRow } from './claims.ts';
import { stored } from './codec.ts';
import type { LedgerDb } from './open.ts';

type SecretEvent = Extract<LedgerEvent, { type: `secret_${string}` | `claim_${string}` | `master_key_${string}` }>;

export async function applySecretEvent(tx: LedgerDb, event: SecretEvent, context: AuditContext): Promise<void> {
  const at = stored(context.at);
  switch (event.type) {
    case 'secret_sealed': {
      const { secret } = event;
      const times = { created_at: stored(secret.createdAt), destroyed_at: stored(secret.destroyedAt) };
      await tx
        .insertInto('secrets')
        .values({ id: secret.id, key_id: secret.key, purpose: secret.purpose, envelope: secret.envelope, ...times })
        .execute();
      return;
    }
    case 'secret_rewrapped':
      return changeOne(
        tx
          .updateTable('secrets')
          .set({ envelope: event.envelope })
          .where('id', '=', event.secret)
          .where('envelope', 'is not', null),
        `sealed secret ${event.secret}`,
      );
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
    case 'claim_opened':
      await tx.insertInto('claims').values(claimToRow(event.claim)).execute();
      return;
    case 'claim_taken':
      return takeClaim(tx, event, at);
    case 'claim_refused':
      await tx
        .updateTable('claims')
        .set((eb) => ({ refusals: eb('refusals', '+', 1) }))
        .where('id', '=', event.claim)
        .execute();
      return;
    case 'master_key_adopted':
      await tx
        .insertInto('vault_proofs')
        .values({
          master_key: event.masterKey,
          pepper: event.pepper,
          envelope: event.envelope,
          digest: event.digest,
          adopted_at: at,
          retired_at: null,
        })
        .execute();
      return;
    case 'master_key_retired':
      return changeOne(
        tx.updateTable('vault_proofs').set({ retired_at: at }).where('master_key', '=', event.masterKey),
        `master key ${event.masterKey}`,
      );
    default:
      return event satisfies never;
  }
}

/** One read of a secret, however many links there are to it: the other claims of it are taken with this one. */
async function takeClaim(
  tx: LedgerDb,
  { claim, by, how }: Extract<LedgerEvent, { type: 'claim_taken' }>,
  at: string,
): Promise<void> {
  const open = tx
    .updateTable('claims')
    .set({ taken_at: at, taken_by: by, taken_how: how })
    .where('taken_at', 'is', null);
  await changeOne(open.where('id', '=', claim), `open claim ${claim}`);
  const secret = tx.selectFrom('claims').select('secret_id').where('id', '=', claim);
  await open.where('secret_id', '=', secret).execute();
  const taken = await tx.selectFrom('claims').select('id').where('secret_id', '=', secret).execute();
  for (const { id } of taken) await answerWaiting(tx, id, at);
}
