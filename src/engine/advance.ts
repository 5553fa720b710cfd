import type { RunId } from '../domain/ids.ts';
import { type Moves, nextMoves, noMoves } from '../domain/moves.ts';
import type { PlannedStep } from '../domain/plan.ts';
import type { StepRecord } from '../domain/run.ts';
import { PermanentFailure, sentenceOf } from '../errors.ts';
import type { Lease } from '../ledger/leases.ts';
import { LeaseLost } from '../ledger/ledger.ts';
import { endOfRun } from './children.ts';
import type { EngineDeps } from './deps.ts';
import { endOverdueStep } from './overdue.ts';
import { ownerIsGone } from './owner.ts';
import { contextOfRun, type InHand, performStep, recordStep, recoverStep, resumeStep } from './perform.ts';
import { newGeneration } from './step-record.ts';
import { recordOverdue, recordStop } from './stop.ts';
import { undoStep } from './undo.ts';

const LEASE_MS = 15_000;
const AFTER_TROUBLE_MS = 5_000;

/** Does everything that can be done for a run now. A waiting run holds no job, no worker and no lease when this returns. */
export async function advance(deps: EngineDeps, runId: RunId): Promise<void> {
  const lease = await deps.ledger.leases.take(runId, {
    owner: deps.owner,
    until: leaseEnd(deps),
    now: deps.now(),
    free: ownerIsGone,
  });
  if (lease === null) return;
  const heartbeat = setInterval(() => deps.ledger.leases.renew(lease, leaseEnd(deps)).catch(() => {}), LEASE_MS / 3);
  try {
    const looked = new Set<string>();
    while (await advanceOnce(deps, { lease, looked }));
  } catch (error) {
    // A zombie stops at once and leaves the run to the worker that has it now.
    if (error instanceof LeaseLost) return;
    deps.log.warn({ err: error, run: runId }, 'trouble that is not the step; the run is put back');
    await putBack(deps, lease);
    throw error;
  } finally {
    clearInterval(heartbeat);
  }
}

function leaseEnd(deps: EngineDeps): Date {
  return new Date(deps.now().getTime() + LEASE_MS);
}

async function advanceOnce(
  deps: EngineDeps,
  { lease, looked }: { lease: Lease; looked: Set<string> },
): Promise<boolean> {
  // A worker that was paused for longer than its lease finds out here, before it causes the next effect.
  if (!(await deps.ledger.leases.renew(lease, leaseEnd(deps)))) return false;
  // Read before deciding: whoever answers after this line raises it, and `sleep` notices.
  const seq = await deps.ledger.leases.wakeSeq(lease.run);
  const run = await deps.ledger.read.run(lease.run);
  if (run === null || run.finishedAt !== null) return false;
  const incident = run.incident === null ? null : await deps.ledger.read.incident(run.incident);
  const hand: InHand = { deps, lease, run, incident, looked };
  const moves = movesOf(hand);
  if (moves.finish !== null) {
    await finish(hand, moves.finish);
    return false;
  }
  const work = workOf(hand, moves);
  if (work.length > 0) {
    await allEnded(work);
    return true;
  }
  const slept = await deps.ledger.leases.sleep(lease, { seq, wakeAt: moves.wakeAt });
  // The timer is the row that `sleep` wrote; the queue's alarm only spares waiting for the sweep.
  if (slept && moves.wakeAt !== null) await deps.queue.alarm(lease.run, moves.wakeAt).catch(() => {});
  return !slept;
}

/** A run whose pinned text this Rekey no longer accepts ends here: it could never go on, and its key would stay taken for ever. */
function movesOf({ deps, lease, run, looked }: InHand): Moves {
  try {
    return nextMoves(deps.runbooks.planOf(run.runbook), run, { now: deps.now(), epoch: lease.epoch, looked });
  } catch (error) {
    if (!(error instanceof PermanentFailure)) throw error;
    return { ...noMoves(), finish: { outcome: 'failed', why: sentenceOf(error) } };
  }
}

/** Like Promise.all, but it never leaves one working behind: the run must not be given back while an effect is under way. */
async function allEnded(work: Promise<void>[]): Promise<void> {
  for (const one of await Promise.allSettled(work)) if (one.status === 'rejected') throw one.reason;
}

function workOf(hand: InHand, moves: Moves): Promise<void>[] {
  return [
    ...moves.skip.map(({ step, why }) => recordWithoutEffect(hand, step, { state: 'skipped', why })),
    ...moves.fail.map(({ step, error }) => failStep(hand, step, error)),
    ...(moves.overdue === null ? [] : [recordOverdue(hand, moves.overdue)]),
    ...(moves.stop === null ? [] : [recordStop(hand, moves.stop)]),
    ...moves.start.map((step) => performStep(hand, step)),
    ...moves.resume.map((step) => resumeStep(hand, step)),
    ...moves.recover.map((step) => recoverStep(hand, step)),
    ...(moves.undo === null ? [] : [undoStep(hand, moves.undo)]),
  ];
}

async function failStep(hand: InHand, step: PlannedStep, error: string): Promise<void> {
  const record = hand.run.steps[step.id];
  if (record === undefined || record.state === 'reset')
    return recordWithoutEffect(hand, step, { state: 'failed', error });
  return endOverdueStep(hand, step, error);
}

async function recordWithoutEffect(
  hand: InHand,
  step: PlannedStep,
  end: { state: 'skipped'; why: string } | { state: 'failed'; error: string },
): Promise<void> {
  const at = hand.deps.now();
  const common = { ...newGeneration(hand.run, step, at), epoch: hand.lease.epoch, endedAt: at };
  const record: StepRecord = { ...common, ...end };
  await recordStep(hand, step, { record, events: [] });
}

async function finish(hand: InHand, { outcome, why }: NonNullable<Moves['finish']>): Promise<void> {
  const { deps, run } = hand;
  await deps.ledger.record(contextOfRun(hand), async ({ read }) => ({
    events: await endOfRun(read, run, { outcome, why }),
    result: undefined,
  }));
  if (run.parent !== null) await deps.queue.wake(run.parent.run).catch(() => {});
}

/** After trouble that is not the step's (a full disk, a busy ledger, a half-saved policy): the run is due again soon. */
async function putBack(deps: EngineDeps, lease: Lease): Promise<void> {
  const wakeAt = new Date(deps.now().getTime() + AFTER_TROUBLE_MS);
  const seq = await deps.ledger.leases.wakeSeq(lease.run).catch(() => null);
  if (seq !== null) await deps.ledger.leases.sleep(lease, { seq, wakeAt }).catch(() => false);
}
