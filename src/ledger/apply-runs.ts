import type { LedgerEvent } from '../domain/event.ts';
import type { ApprovalId, RunId } from '../domain/ids.ts';
import type { StepRecord, Waiting } from '../domain/run.ts';
import { approveRotationOf, closeRotationsOf } from './apply-rotations.ts';
import { approvalToRow } from './approvals.ts';
import type { AuditContext } from './audit.ts';
import { changeOne } from './change-one.ts';
import { stored } from './codec.ts';
import { compiledOnce, insertRow } from './compiled.ts';
import { answerText, askToRow } from './incidents.ts';
import type { LedgerDb } from './open.ts';
import { runToRow, stepToRow } from './runs.ts';

type RunEvent = Extract<
  LedgerEvent,
  { type: `run_${string}` | `step_${string}` | `approval_${string}` | 'vote_cast' | `ask_${string}` }
>;

export async function applyRunEvent(tx: LedgerDb, event: RunEvent, context: AuditContext): Promise<void> {
  const at = stored(context.at);
  switch (event.type) {
    case 'run_started': {
      const { hash, id, text } = event.run.runbook;
      const keep = compiledOnce(tx, 'keep runbook text', () =>
        tx
          .insertInto('runbook_texts')
          .values({ hash, id, text })
          .onConflict((conflict) => conflict.doNothing())
          .compile(),
      );
      await tx.executeQuery({ ...keep, parameters: [hash, id, text] });
      await insertRow(tx, 'runs', runToRow(event.run));
      return;
    }
    case 'run_joined':
      // Its audit line and its place in the timeline are all there is to it.
      return;
    case 'run_cancel_requested':
      await changeOne(
        tx
          .updateTable('runs')
          .set({ cancel_requested_at: at })
          .where('id', '=', event.run)
          .where('finished_at', 'is', null),
        `unfinished run ${event.run}`,
      );
      return wakeRun(tx, event.run, at);
    case 'run_finished':
      await changeOne(
        tx
          .updateTable('runs')
          .set({ finished_at: at, outcome: event.outcome, wake_at: null, lease_owner: null, lease_until: null })
          .where('id', '=', event.run)
          .where('finished_at', 'is', null),
        `unfinished run ${event.run}`,
      );
      await closeRotationsOf(tx, event, at);
      return answerWaiting(tx, event.run, at);
    case 'step_settled':
      // What the step became is recorded with it; this is who said so, and why.
      return;
    case 'step_recorded': {
      const row = { ...stepToRow(event.run, event.record), answered: await isAnswered(tx, event.record) };
      const { run_id: _run, step_id: _step, ...change } = row;
      await tx
        .insertInto('steps')
        .values(row)
        .onConflict((conflict) => conflict.columns(['run_id', 'step_id']).doUpdateSet(change))
        .execute();
      return;
    }
    case 'approval_requested':
      await tx.insertInto('approvals').values(approvalToRow(event.approval)).execute();
      return;
    case 'vote_cast': {
      const { person, vote, reason, at: castAt } = event.vote;
      await tx
        .insertInto('votes')
        .values({ approval_id: event.approval, person, vote, reason, at: stored(castAt) })
        .execute();
      return;
    }
    case 'approval_decided':
      await changeOne(
        tx.updateTable('approvals').set({ outcome: event.outcome, decided_at: at }).where('id', '=', event.approval),
        `approval ${event.approval}`,
      );
      if (event.outcome === 'approved') await approveRotationOf(tx, await runOfApproval(tx, event.approval));
      return answerWaiting(tx, event.approval, at);
    case 'ask_opened':
      await tx.insertInto('asks').values(askToRow(event.ask)).execute();
      return;
    case 'ask_answered': {
      const answer = answerText({ yes: event.yes, evidence: event.evidence, by: event.by, at: context.at });
      await changeOne(tx.updateTable('asks').set({ answer }).where('id', '=', event.ask), `question ${event.ask}`);
      return answerWaiting(tx, event.ask, at);
    }
    default:
      return event satisfies never;
  }
}

/**
 * Whether what a step begins to wait for is there already. The step looked before this transaction: an answer that came in between must
 * not be lost, because nobody gives it twice.
 */
async function isAnswered(tx: LedgerDb, record: StepRecord): Promise<0 | 1> {
  if (record.state !== 'waiting') return 0;
  if (record.answered) return 1;
  const over = await answerOf(tx, record.waiting);
  return over === undefined ? 0 : 1;
}

async function answerOf(tx: LedgerDb, waiting: Waiting): Promise<{ id: string } | undefined> {
  switch (waiting.kind) {
    case 'approval':
      return tx
        .selectFrom('approvals')
        .select('id')
        .where('id', '=', waiting.id)
        .where('outcome', 'is not', null)
        .executeTakeFirst();
    case 'ask':
      return tx
        .selectFrom('asks')
        .select('id')
        .where('id', '=', waiting.id)
        .where('answer', 'is not', null)
        .executeTakeFirst();
    case 'run':
      return tx
        .selectFrom('runs')
        .select('id')
        .where('id', '=', waiting.id)
        .where('finished_at', 'is not', null)
        .executeTakeFirst();
    case 'claim':
      return tx
        .selectFrom('claims')
        .select('id')
        .where('id', '=', waiting.id)
        .where('taken_at', 'is not', null)
        .executeTakeFirst();
    case 'time':
    case 'retry':
      return undefined;
    default:
      return waiting satisfies never;
  }
}

async function runOfApproval(tx: LedgerDb, approval: ApprovalId): Promise<string> {
  const row = await tx.selectFrom('approvals').select('run_id').where('id', '=', approval).executeTakeFirstOrThrow();
  return row.run_id;
}

/** Marks the steps that wait for this approval, ask or run as answered, and makes their runs due. */
export async function answerWaiting(tx: LedgerDb, id: string, at: string): Promise<void> {
  const waiting = await tx
    .selectFrom('steps')
    .select('run_id')
    .where('waiting_id', '=', id)
    .where('state', '=', 'waiting')
    .execute();
  if (waiting.length === 0) return;
  await tx
    .updateTable('steps')
    .set({ answered: 1 })
    .where('waiting_id', '=', id)
    .where('state', '=', 'waiting')
    .execute();
  for (const { run_id: run } of waiting) await wakeRun(tx, run, at);
}

/** Makes a run due. The sequence number tells a worker that is about to put the run to sleep that something happened meanwhile. */
export async function wakeRun(tx: LedgerDb, run: RunId | string, at: string): Promise<void> {
  await tx
    .updateTable('runs')
    .set((eb) => ({ wake_at: at, wake_seq: eb('wake_seq', '+', 1) }))
    .where('id', '=', run)
    .where('finished_at', 'is', null)
    .execute();
}
