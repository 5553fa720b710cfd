import type { ControlEvent } from '../domain/control-event.ts';
import type { LedgerEvent } from '../domain/event.ts';
import type { RunId } from '../domain/ids.ts';
import type { StepRecord } from '../domain/run.ts';
import { putStep, wakeRun } from './apply-runs.ts';
import type { AuditContext } from './audit.ts';
import { changeOne } from './change-one.ts';
import { stored } from './codec.ts';
import type { LedgerDb } from './open.ts';

/** What people do with a run, besides asking for it and cancelling it. */
export async function applyControlEvent(tx: LedgerDb, event: ControlEvent, context: AuditContext): Promise<void> {
  const at = stored(context.at);
  switch (event.type) {
    case 'run_paused':
      await pause(tx, event.run, { paused_at: at, paused_by: context.actor, pause_reason: event.reason });
      return wakeRun(tx, event.run, at);
    case 'run_resumed':
      await pause(tx, event.run, { paused_at: null, paused_by: null, pause_reason: null });
      return wakeRun(tx, event.run, at);
    case 'run_reopened':
      await reopenRotationOf(tx, event.run);
      return reopen(tx, event.run, at);
    case 'step_skipped':
      return putAll(tx, event.run, { records: [event.record], at });
    case 'steps_reset':
      return putAll(tx, event.run, { records: event.records, at });
    default:
      return event satisfies never;
  }
}

/** Who answered "did it happen?" for one attempt: the table refuses a second answer, whichever of two comes later. */
export async function putSettlement(
  tx: LedgerDb,
  event: Extract<LedgerEvent, { type: 'step_settled' }>,
  at: string,
): Promise<void> {
  const { run, step, happened, reason, by } = event;
  const { token, attempts } = await tx
    .selectFrom('steps')
    .select(['token', 'attempts'])
    .where('run_id', '=', run)
    .where('step_id', '=', step)
    .executeTakeFirstOrThrow();
  await tx
    .insertInto('settlements')
    .values({ run_id: run, step_id: step, token, attempts, happened: happened ? 1 : 0, reason, settled_by: by, at })
    .execute();
}

async function pause(
  tx: LedgerDb,
  run: RunId,
  paused: { paused_at: string | null; paused_by: string | null; pause_reason: string | null },
): Promise<void> {
  await changeOne(
    tx.updateTable('runs').set(paused).where('id', '=', run).where('finished_at', 'is', null),
    `unfinished run ${run}`,
  );
}

async function putAll(
  tx: LedgerDb,
  run: RunId,
  { records, at }: { records: readonly StepRecord[]; at: string },
): Promise<void> {
  for (const record of records) await putStep(tx, run, record);
  await goOn(tx, run);
  await wakeRun(tx, run, at);
}

// A worker that decided before this has to look again: what it was about to begin may not be what comes next any more.
async function goOn(tx: LedgerDb, run: RunId): Promise<void> {
  await tx
    .updateTable('runs')
    // One that had stopped does so no more; when it stops again, that is put on record again.
    .set((eb) => ({ stopped_at: null, lease_epoch: eb('lease_epoch', '+', 1), lease_owner: null, lease_until: null }))
    .where('id', '=', run)
    .execute();
}

async function reopen(tx: LedgerDb, run: RunId, at: string): Promise<void> {
  await changeOne(
    tx
      .updateTable('runs')
      .set((eb) => ({
        finished_at: null,
        outcome: null,
        // Whoever opens it again gives it its time again.
        overdue_at: null,
        stopped_at: null,
        deadlines_from: at,
        wake_at: at,
        wake_seq: eb('wake_seq', '+', 1),
        lease_epoch: eb('lease_epoch', '+', 1),
      }))
      .where('id', '=', run)
      .where('outcome', '=', 'failed'),
    `failed run ${run}`,
  );
}

// Only the end of its run had ended it: it stands again where its own times say that it stood.
async function reopenRotationOf(tx: LedgerDb, run: RunId): Promise<void> {
  await tx
    .updateTable('rotations')
    .set((eb) => ({
      ended_at: null,
      why: null,
      state: eb
        .case()
        .when('revoked_at', 'is not', null)
        .then('proving')
        .when('grace_started_at', 'is not', null)
        .then('grace')
        .when('verified_at', 'is not', null)
        .then('verifying')
        .when('distributed_at', 'is not', null)
        .then('distributing')
        .when('minted_at', 'is not', null)
        .then('created')
        .when('approvals', '>', 0)
        .then('awaiting_approval')
        .else('intent_written')
        .end(),
    }))
    .where('run_id', '=', run)
    .where('state', '=', 'failed')
    .execute();
}
