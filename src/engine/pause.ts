import { assertPausable } from '../domain/control.ts';
import type { LedgerEvent } from '../domain/event.ts';
import type { RunId } from '../domain/ids.ts';
import type { Plan } from '../domain/plan.ts';
import type { Run } from '../domain/run.ts';
import { PermanentFailure, Refusal } from '../errors.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import { askedAgain, type Today } from './approvals/ask-again.ts';
import { controlRun } from './control.ts';
import type { EngineDeps } from './deps.ts';
import type { Because } from './engine.ts';
import { assertOpen } from './open-run.ts';

/** Holds a run and every one that it started. */
export async function pause(deps: EngineDeps, id: RunId, request: Because): Promise<void> {
  await controlRun(deps, {
    run: id,
    verb: 'pause',
    what: `pause ${id}`,
    request,
    decide: async (run, read) => {
      assertOpen(run);
      if (run.paused !== null) return [];
      assertPausable(deps.runbooks.planOf(run.runbook), run);
      const runs = (await withOpenDescendants(read, run.id)).filter((one) => one.paused === null);
      return runs.map((one) => ({ type: 'run_paused', run: one.id, reason: request.reason }));
    },
  });
}

export async function resume(deps: EngineDeps, id: RunId, request: Because): Promise<void> {
  await controlRun(deps, {
    run: id,
    verb: 'pause',
    what: `resume ${id}`,
    request,
    decide: async (run, read, today) => {
      assertOpen(run);
      if (run.paused === null) throw new Refusal('not_paused', `${run.id} is not paused.`);
      const events: LedgerEvent[] = [];
      for (const one of await withOpenDescendants(read, run.id))
        if (one.paused !== null) events.push(...(await resuming(deps, one, { read, today, reason: request.reason })));
      return events;
    },
  });
}

/** It may have lain for long: what people agreed to before is looked at again. */
async function resuming(
  deps: EngineDeps,
  run: Run,
  { read, today, reason }: { read: LedgerReader; today: Today; reason: string },
): Promise<LedgerEvent[]> {
  const resumed: LedgerEvent = { type: 'run_resumed', run: run.id, reason };
  const plan = readablePlan(deps, run);
  if (plan === null) return [resumed];
  const course = { plan, run, now: deps.now() };
  const records = await askedAgain(deps, { course, changed: [] }, { read, today });
  return records.length === 0 ? [resumed] : [resumed, { type: 'steps_reset', run: run.id, records, reason }];
}

// A run whose text this Rekey no longer accepts ends as soon as it is resumed, and asks nobody anything.
function readablePlan({ runbooks }: Pick<EngineDeps, 'runbooks'>, run: Run): Plan | null {
  try {
    return runbooks.planOf(run.runbook);
  } catch (error) {
    if (error instanceof PermanentFailure) return null;
    throw error;
  }
}

/** This run and the open ones below it that nobody has cancelled. */
async function withOpenDescendants(read: LedgerReader, id: RunId): Promise<Run[]> {
  const run = await read.run(id);
  const all = run === null || run.cancelRequestedAt !== null ? [] : [run];
  for (const child of await read.openChildren(id)) all.push(...(await withOpenDescendants(read, child)));
  return all;
}
