import type { LedgerEvent } from '../domain/event.ts';
import { answerWaiting } from './apply-runs.ts';
import type { AuditContext } from './audit.ts';
import { changeOne } from './change-one.ts';
import { claimToRow } from './claims.ts';
import { stored } from './codec.ts';
import type { LedgerDb } from './open.ts';

type SecretEvent = Extract<LedgerEvent, { type: `secret_${string}` | `claim_${string}` }>;

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
      await changeOne(
        tx
          .updateTable('claims')
          .set({ taken_at: at, taken_by: event.by, taken_how: event.how })
          .where('id', '=', event.claim)
          .where('taken_at', 'is', null),
        `open claim ${event.claim}`,
      );
      return answerWaiting(tx, event.claim, at);
    case 'claim_refused':
      await tx
        .updateTable('claims')
        .set((eb) => ({ refusals: eb('refusals', '+', 1) }))
        .where('id', '=', event.claim)
        .execute();
      return;
    default:
      return event satisfies never;
  }
}
