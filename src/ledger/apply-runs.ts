import type { ControlEvent } from '../domain/control-event.ts';
import type { LedgerEvent } from '../domain/event.ts';
import type { RunId } from '../domain/ids.ts';
import type { StepRecord, Waiting } from '../domain/run.ts';
import { putSettlement } from './apply-control.ts';
import { closeRotationsOf } from './apply-rotations.ts';
import type { AuditContext } from './audit.ts';
import { changeOne } from './change-one.ts';
import { stored } from './codec.ts';
import { compiledOnce, insertRow } from './compiled.ts';
import { hasUncounted, stepsWithItem } from './fan-outs.ts';
import type { LedgerDb } from './open.ts';
import { runToRow, stepToRow } from './runs.ts';

type RunEvent = Extract<Exclude<LedgerEvent, ControlEvent>, { type: `run_${string}` | `step_${string}` }>;

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
          .set({ cancel_requested_at: at, paused_at: null, paused_by: null, pause_reason: null })
          .where('id', '=', event.run)
          .where('finished_at', 'is', null),
        `unfinished run ${event.run}`,
      );
      return wakeRun(tx, event.run, at);
    case 'run_overdue':
      return changeOne(
        tx
          .updateTable('runs')
          .set({ overdue_at: stored(event.at) })
          .where('id', '=', event.run)
          .where('finished_at', 'is', null),
        `unfinished run ${event.run}`,
      );
    case 'run_stopped':
      return changeOne(
        tx.updateTable('runs').set({ stopped_at: at }).where('id', '=', event.run).where('finished_at', 'is', null),
        `unfinished run ${event.run}`,
      );
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
      await answerFanOuts(tx, event.run, at);
      return answerWaiting(tx, event.run, at);
    case 'step_settled':
      // What the step became is recorded with it; this is who said so, and why.
      return putSettlement(tx, event, at);
    case 'step_recorded':
      return putStep(tx, event.run, event.record);
    default:
      return event satisfies never;
  }
}

/** The step as it is from now on. */
export async function putStep(tx: LedgerDb, run: RunId, record: StepRecord): Promise<void> {
  const row = { ...stepToRow(run, record), answered: await isAnswered(tx, run, record) };
  const { run_id: _run, step_id: _step, ...change } = row;
  await tx
    .insertInto('steps')
    .values(row)
    .onConflict((conflict) => conflict.columns(['run_id', 'step_id']).doUpdateSet(change))
    .execute();
}

/**
 * Whether what a step begins to wait for is there already. The step looked before this transaction: an answer that came in between must
 * not be lost, because nobody gives it twice.
 */
async function isAnswered(tx: LedgerDb, run: RunId, record: StepRecord): Promise<0 | 1> {
  if (record.state !== 'waiting') return 0;
  if (record.answered) return 1;
  const { step, waiting } = record;
  if (waiting.kind === 'each') return (await hasUncounted(tx, { run, step })) ? 1 : 0;
  const over = await answerOf(tx, waiting);
  return over === undefined ? 0 : 1;
}

async function answerOf(
  tx: LedgerDb,
  waiting: Exclude<Waiting, { kind: 'each' }>,
): Promise<{ id: string } | undefined> {
  switch (waiting.kind) {
    case 'approval':
      return (
        tx
          .selectFrom('approvals')
          .select('id')
          .where('id', '=', waiting.id)
          .where('outcome', 'is not', null)
          // "Yes, but not before then": until then the step waits for the time and not for the people.
          .where((eb) => eb.not(eb.and([eb('outcome', '=', 'approved'), eb.exists(yesForLater(tx, waiting))])))
          .executeTakeFirst()
      );
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
    // Looked at again before long in any case: nothing of it is lost.
    case 'peers':
    case 'time':
    case 'look':
    case 'retry':
      return undefined;
    default:
      return waiting satisfies never;
  }
}

function yesForLater(tx: LedgerDb, { id, until }: Extract<Waiting, { kind: 'approval' }>) {
  return tx
    .selectFrom('votes')
    .select('person')
    .where('approval_id', '=', id)
    .where('vote', '=', 'approve')
    .where('not_before', '>=', stored(until));
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

/** The same for the steps of which this run takes care of an item. */
async function answerFanOuts(tx: LedgerDb, child: RunId, at: string): Promise<void> {
  for (const { run_id: run, step_id: step } of await stepsWithItem(tx, child)) {
    await tx
      .updateTable('steps')
      .set({ answered: 1 })
      .where('run_id', '=', run)
      .where('step_id', '=', step)
      .where('state', '=', 'waiting')
      .execute();
    await wakeRun(tx, run, at);
  }
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
