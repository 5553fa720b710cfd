import type { RunbookEvent } from '../domain/runbook-event.ts';
import type { AuditContext } from './audit.ts';
import { changeOne } from './change-one.ts';
import { stored } from './codec.ts';
import type { LedgerDb } from './open.ts';
import { proofToRow, versionToRow } from './runbooks.ts';

export async function applyRunbookEvent(tx: LedgerDb, event: RunbookEvent, context: AuditContext): Promise<void> {
  switch (event.type) {
    case 'runbook_read': {
      const { runbook: id, hash } = event.version;
      await tx
        .insertInto('runbook_texts')
        .values({ hash, id, text: event.text })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      await tx.insertInto('runbook_versions').values(versionToRow(event.version)).execute();
      return;
    }
    case 'runbook_went_live': {
      const live = { hash: event.hash, since: stored(context.at), gone_at: null };
      await tx
        .insertInto('runbooks_live')
        .values({ runbook: event.runbook, ...live })
        .onConflict((conflict) => conflict.column('runbook').doUpdateSet(live))
        .execute();
      return;
    }
    case 'runbook_gone':
      return changeOne(
        tx
          .updateTable('runbooks_live')
          .set({ gone_at: stored(context.at) })
          .where('runbook', '=', event.runbook)
          .where('gone_at', 'is', null),
        `live ${event.runbook}`,
      );
    case 'runbook_grants_approved':
      return changeOne(
        tx
          .updateTable('runbook_versions')
          .set({ approved_by: context.actor, approved_at: stored(context.at) })
          .where('runbook', '=', event.runbook)
          .where('hash', '=', event.hash)
          .where('approved_at', 'is', null),
        `unapproved text ${event.hash} of ${event.runbook}`,
      );
    case 'runbook_proved':
      await tx.insertInto('runbook_proofs').values(proofToRow(event.proof)).execute();
      return;
    default:
      return event satisfies never;
  }
}
