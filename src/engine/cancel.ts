import type { RunId } from '../domain/ids.ts';
import type { PlannedStep } from '../domain/plan.ts';
import type { Run } from '../domain/run.ts';
import { PermanentFailure, Refusal } from '../errors.ts';
import type { Recording } from '../ledger/ledger.ts';
import { cancelChildren } from './children.ts';
import type { EngineDeps } from './deps.ts';
import type { Origin } from './engine.ts';
import { assertMayOn, contextOf, openRunOrRefuse } from './open-run.ts';
import { wakeSoon } from './origin.ts';
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
