import type { DigestEvent } from '../domain/digest-event.ts';
import type { AuditContext } from './audit.ts';
import { changeOne } from './change-one.ts';
import { stored } from './codec.ts';
import { claimToRow, digestToRow, itemToRow, markToRow } from './digest-rows.ts';
import type { LedgerDb } from './open.ts';

// SQLite takes 32 766 values in one statement, PostgreSQL twice as many.
const ROWS_AT_ONCE = 500;

export async function applyDigestEvent(tx: LedgerDb, event: DigestEvent, context: AuditContext): Promise<void> {
  const at = stored(context.at);
  switch (event.type) {
    case 'digest_ran':
      return insertDigest(tx, event.digest);
    case 'digest_shown':
      await tx
        .insertInto('digest_impressions')
        .values({ digest_id: event.digest, message: event.message, person: event.to, shown_at: stored(event.shownAt) })
        .execute();
      return;
    case 'digest_key_claimed':
      await tx.insertInto('expiry_claims').values(claimToRow(event.claim)).execute();
      return;
    case 'digest_claim_ended':
      return changeOne(
        tx
          .updateTable('expiry_claims')
          .set({ outcome: event.how, why: event.why, ended_at: at })
          .where('id', '=', event.claim)
          .where('outcome', 'is', null),
        `open claim ${event.claim}`,
      );
    case 'digest_key_snoozed': {
      const { key, until, by, at: snoozedAt } = event.snooze;
      const row = { until: stored(until), person: by, snoozed_at: stored(snoozedAt) };
      await tx
        .insertInto('expiry_snoozes')
        .values({ key_id: key, ...row })
        .onConflict((conflict) => conflict.column('key_id').doUpdateSet(row))
        .execute();
      return;
    }
    case 'digest_key_unused':
      await tx.insertInto('unused_marks').values(markToRow(event.mark)).execute();
      return;
    case 'digest_unused_answered':
      return changeOne(
        tx
          .updateTable('unused_marks')
          .set({ confirmed: Number(event.confirmed), answered_by: event.by, answered_at: at })
          .where('id', '=', event.mark)
          .where('confirmed', 'is', null),
        `open question ${event.mark}`,
      );
    default:
      return event satisfies never;
  }
}

async function insertDigest(
  tx: LedgerDb,
  { items, ...head }: Extract<DigestEvent, { type: 'digest_ran' }>['digest'],
): Promise<void> {
  await tx.insertInto('digests').values(digestToRow(head)).execute();
  const rows = items.map((item, position) => itemToRow(item, { digest: head.id, position }));
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE)
    await tx
      .insertInto('digest_items')
      .values(rows.slice(from, from + ROWS_AT_ONCE))
      .execute();
}
