import type { RunId } from '../domain/ids.ts';
import type { PlannedStep } from '../domain/plan.ts';
import { assertMay, type Policy, type Verb } from '../domain/policy.ts';
import type { Run } from '../domain/run.ts';
import { PermanentFailure, Refusal } from '../errors.ts';
import type { RecordContext, Recording } from '../ledger/ledger.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import { cancelChildren } from './children.ts';
import type { EngineDeps } from './deps.ts';
import type { Engine, Origin } from './engine.ts';
import { decisionContext, wakeSoon } from './origin.ts';
import { auditRefusal } from './refusals.ts';

export async function cancel(deps: EngineDeps, runId: RunId, request: Origin & { reason: string }): Promise<void> {
  await auditRefusal(deps, { origin: request, what: `cancel ${runId}` }, async () => {
    const { policy } = await deps.policy();
    await deps.ledger.record(await contextOf(deps, runId, request), async ({ read }): Promise<Recording<void>> => {
      const run = await openRunOrRefuse(read, runId);
      await assertMayOn(read, run, { policy, verb: 'cancel', origin: request });
      if (run.cancelRequestedAt !== null) return { events: [], result: undefined };
      assertNotEnding(deps, run);
      const children = await cancelChildren(read, run, request.reason);
      const event = { type: 'run_cancel_requested', run: run.id, reason: request.reason } as const;
      return { events: [event, ...children], result: undefined };
    });
  });
  await wakeSoon(deps, runId);
}

/** A person answers what a crash left open. Yes adopts the effect; no lets the step run again. */
export async function settle(
  deps: EngineDeps,
  runId: RunId,
  step: string,
  request: Parameters<Engine['settle']>[2],
): Promise<void> {
  await auditRefusal(deps, { origin: request, what: `settle ${runId} ${step}` }, async () => {
    const { policy } = await deps.policy();
    await deps.ledger.record(await contextOf(deps, runId, request), async (tx): Promise<Recording<void>> => {
      const run = await openRunOrRefuse(tx.read, runId);
      await assertMayOn(tx.read, run, { policy, verb: 'answer', origin: request });
      const record = settled(run, step, { happened: request.happened, now: deps.now() });
      await tx.wake(run.id);
      return { events: [{ type: 'step_recorded', run: run.id, record }], result: undefined };
    });
  });
  await wakeSoon(deps, runId);
}

function settled(run: Run, step: string, { happened, now }: { happened: boolean; now: Date }): Run['steps'][string] {
  const record = run.steps[step];
  if (record?.state !== 'in_doubt')
    throw new Refusal(
      'not_in_doubt',
      `Step ${step} of ${run.id} is ${record?.state ?? 'not started'}; there is nothing to settle.`,
    );
  const { question: _question, ...rest } = record;
  if (happened) return { ...rest, endedAt: now, state: 'done', outputs: {} };
  const error = 'a person said that it did not happen';
  return { ...rest, state: 'waiting', waiting: { kind: 'retry', until: now, error, resumes: null }, answered: false };
}

// With the incident, so that the decision stands in its timeline.
async function contextOf(deps: EngineDeps, id: RunId, origin: Origin): Promise<RecordContext> {
  const run = await openRunOrRefuse(deps.ledger.read, id);
  return decisionContext(deps, origin, { incident: run.incident, run: id });
}

async function assertMayOn(
  read: LedgerReader,
  run: Run,
  { policy, verb, origin }: { policy: Policy; verb: Verb; origin: Origin },
): Promise<void> {
  const key = run.key === null ? null : await read.key(run.key);
  assertMay(policy, verb, { actor: origin.actor, subject: key ?? { owner: null, escalation: null } });
}

// People have been told by then; taking the work back afterwards would make that wrong.
function assertNotEnding(deps: EngineDeps, run: Run): void {
  const last = lastStepsOf(deps, run);
  if (last.some((step) => run.steps[step.id] !== undefined))
    throw new Refusal('run_ending', `${run.id} has done all its steps and is ending; there is nothing left to cancel.`);
}

// A plan that can no longer be read has no last steps to have begun: such a run may always be cancelled.
function lastStepsOf(deps: EngineDeps, run: Run): readonly PlannedStep[] {
  try {
    return deps.runbooks.planOf(run.runbook).finally.flat();
  } catch (error) {
    if (error instanceof PermanentFailure) return [];
    throw error;
  }
}

async function openRunOrRefuse(read: LedgerReader, id: RunId): Promise<Run> {
  const run = await read.run(id);
  if (run === null) throw new Refusal('unknown_run', `There is no run ${id}. Copy the id from the run's message.`);
  if (run.finishedAt !== null)
    throw new Refusal('run_over', `${id} ended at ${run.finishedAt.toISOString()} (${run.outcome}).`);
  return run;
}
