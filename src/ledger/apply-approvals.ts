import { z } from 'zod';
import type { ApprovalEvent } from '../domain/approval-event.ts';
import { type ApprovalId, PersonId } from '../domain/ids.ts';
import { approveRotationOf } from './apply-rotations.ts';
import { answerWaiting } from './apply-runs.ts';
import { approvalToRow } from './approvals.ts';
import type { AuditContext } from './audit.ts';
import { changeOne } from './change-one.ts';
import { fromJson, jsonText, stored } from './codec.ts';
import { glassBreakToRow } from './glass-breaks.ts';
import type { LedgerDb } from './open.ts';

export async function applyApprovalEvent(tx: LedgerDb, event: ApprovalEvent, context: AuditContext): Promise<void> {
  const at = stored(context.at);
  switch (event.type) {
    case 'approval_requested':
      await tx.insertInto('approvals').values(approvalToRow(event.approval)).execute();
      return;
    case 'vote_cast': {
      const { person, vote, reason, at: castAt, proof, notBefore } = event.vote;
      const row = { approval_id: event.approval, person, vote, reason, at: stored(castAt), proof };
      await tx
        .insertInto('votes')
        .values({ ...row, not_before: stored(notBefore) })
        .execute();
      return;
    }
    case 'approval_decided':
      await changeOne(
        tx.updateTable('approvals').set({ outcome: event.outcome, decided_at: at }).where('id', '=', event.approval),
        `approval ${event.approval}`,
      );
      if (event.outcome === 'approved') await approveRotationOf(tx, await runOf(tx, event.approval));
      return answerWaiting(tx, event.approval, at);
    case 'approval_asked':
      return changeOne(
        open(tx, event.approval).set({ asked: jsonText([...(await askedOf(tx, event.approval)), ...event.people]) }),
        `open approval ${event.approval}`,
      );
    // A rung is taken once: the one who comes second finds the row already there, and the whole transaction fails.
    case 'approval_reminded':
      return changeOne(
        open(tx, event.approval).set({ reminded: event.number }).where('reminded', '<', event.number),
        `open approval ${event.approval} before reminder ${event.number}`,
      );
    case 'approval_escalated':
      return changeOne(
        open(tx, event.approval)
          .set({ escalated: event.number })
          .where('escalated', '=', event.number - 1),
        `open approval ${event.approval} before escalation ${event.number}`,
      );
    case 'approval_delegated': {
      const { from, to, reason, at: givenAt } = event.delegation;
      const row = { approval_id: event.approval, from_person: from, to_person: to, reason, at: stored(givenAt) };
      await tx.insertInto('delegations').values(row).execute();
      return;
    }
    case 'glass_broken':
      await tx.insertInto('glass_breaks').values(glassBreakToRow(event.use)).execute();
      return;
    case 'glass_reviewed': {
      const { by, verdict, comment, at: reviewedAt } = event.review;
      const set = { reviewed_by: by, verdict, comment, reviewed_at: stored(reviewedAt) };
      return changeOne(
        tx.updateTable('glass_breaks').set(set).where('approval_id', '=', event.approval),
        `break-glass ${event.approval}`,
      );
    }
    default:
      return event satisfies never;
  }
}

function open(tx: LedgerDb, approval: ApprovalId) {
  return tx.updateTable('approvals').where('id', '=', approval).where('outcome', 'is', null);
}

async function askedOf(tx: LedgerDb, approval: ApprovalId): Promise<PersonId[]> {
  const row = await tx.selectFrom('approvals').select('asked').where('id', '=', approval).executeTakeFirstOrThrow();
  return fromJson(z.array(PersonId), row.asked);
}

async function runOf(tx: LedgerDb, approval: ApprovalId): Promise<string> {
  const row = await tx.selectFrom('approvals').select('run_id').where('id', '=', approval).executeTakeFirstOrThrow();
  return row.run_id;
}
