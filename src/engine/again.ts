import { rerun as rerunOf, resetAll, retried } from '../domain/begin-again.ts';
import { assertAtRest, type Course } from '../domain/control.ts';
import type { RunId } from '../domain/ids.ts';
import type { PlannedStep } from '../domain/plan.ts';
import { askedAgain, assertNoIsNotUndone } from './approvals/ask-again.ts';
import { letGoAll } from './children.ts';
import { controlRun } from './control.ts';
import type { EngineDeps } from './deps.ts';
import type { Because } from './engine.ts';
import { assertNotReplaced } from './keys/replaced-since.ts';
import { reopening } from './reopen.ts';

/** Begins the step that failed again, or without a name every one that stopped the run. */
export async function retry(deps: EngineDeps, id: RunId, step: string | null, request: Because): Promise<void> {
  await again(deps, id, {
    what: `retry ${id}${step === null ? '' : ` ${step}`}`,
    request,
    steps: (course) => retried(course, step),
  });
}

/** Begins a step and everything after it again. */
export async function rerun(deps: EngineDeps, id: RunId, from: string, request: Because): Promise<void> {
  await again(deps, id, { what: `rerun ${id} from ${from}`, request, steps: (course) => rerunOf(course, from) });
}

interface Again {
  what: string;
  request: Because;
  steps: (course: Course) => PlannedStep[];
}

async function again(deps: EngineDeps, id: RunId, { what, request, steps }: Again): Promise<void> {
  await controlRun(deps, {
    run: id,
    verb: 'retry',
    what,
    request,
    decide: async (run, read, today) => {
      const course = { plan: deps.runbooks.planOf(run.runbook), run, now: deps.now() };
      assertAtRest(course);
      if (run.finishedAt === null) await assertNotReplaced(read, run);
      const wanted = resetAll(course, steps(course), `${request.actor} wants it done again: ${request.reason}`);
      await assertNoIsNotUndone(read, { course, records: wanted }, request.actor);
      const records = [...(await askedAgain(deps, { course, changed: wanted }, { read, today })), ...wanted];
      return [
        ...(await reopening(read, run, request.reason)),
        ...(await letGoAll(read, run, { steps: records.map((record) => record.step), reason: what })),
        { type: 'steps_reset', run: run.id, records, reason: request.reason },
      ];
    },
  });
}
