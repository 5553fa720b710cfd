import { tooLateToCancel } from '../domain/control.ts';
import type { RunId } from '../domain/ids.ts';
import type { Run } from '../domain/run.ts';
import { PermanentFailure, Refusal } from '../errors.ts';
import { cancelChildren, closeApprovals } from './children.ts';
import { controlRun } from './control.ts';
import { withdrawAllOf } from './deliveries/withdraw.ts';
import type { EngineDeps } from './deps.ts';
import type { Because } from './engine.ts';
import { assertOpen } from './open-run.ts';

/** Also while it is paused, in doubt or waits for whatever: the run stops, and takes back what can be taken back. */
export async function cancel(deps: EngineDeps, id: RunId, request: Because): Promise<void> {
  await controlRun(deps, {
    run: id,
    verb: 'cancel',
    what: `cancel ${id}`,
    request,
    decide: async (run, read) => {
      assertOpen(run);
      if (run.cancelRequestedAt !== null) return [];
      assertNotEnding(deps, run);
      return [
        { type: 'run_cancel_requested', run: run.id, reason: request.reason },
        ...(await closeApprovals(read, run)),
        ...(await withdrawAllOf(read, run, request.reason)),
        ...(await cancelChildren(read, run, request.reason)),
      ];
    },
  });
}

// Saying yes and changing nothing would be a lie.
function assertNotEnding(deps: EngineDeps, run: Run): void {
  const why = whyTooLate(deps, run);
  if (why !== null) throw new Refusal('run_ending', `There is nothing left to cancel in ${run.id}: ${why}.`);
}

// A plan that can no longer be read has no last steps to have begun: such a run may always be cancelled.
function whyTooLate(deps: EngineDeps, run: Run): string | null {
  try {
    return tooLateToCancel({ plan: deps.runbooks.planOf(run.runbook), run });
  } catch (error) {
    if (error instanceof PermanentFailure) return null;
    throw error;
  }
}
