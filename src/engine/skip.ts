import { assertResumable, resetsOf, withTheEnd } from '../domain/begin-again.ts';
import { assertAtRest, assertSkippable, type Course, hasStopped, stepNamed } from '../domain/control.ts';
import type { LedgerEvent } from '../domain/event.ts';
import type { RunId } from '../domain/ids.ts';
import type { PlannedStep } from '../domain/plan.ts';
import type { Run, StepRecord } from '../domain/run.ts';
import { askedAgain } from './approvals/ask-again.ts';
import { letGoAll } from './children.ts';
import { controlRun } from './control.ts';
import type { EngineDeps } from './deps.ts';
import type { Because } from './engine.ts';
import { reopening } from './reopen.ts';
import { base, newGeneration } from './step-record.ts';

/** Leaves a step out, under the name of who wants it. What it waited for is closed with it; a run that had failed with it goes on. */
export async function skip(deps: EngineDeps, id: RunId, step: string, request: Because): Promise<void> {
  await controlRun(deps, {
    run: id,
    verb: 'skip',
    what: `skip ${id} ${step}`,
    request,
    decide: async (run, read, today) => {
      const course = { plan: deps.runbooks.planOf(run.runbook), run, now: deps.now() };
      const planned = stepNamed(course, step);
      assertAtRest(course);
      assertSkippable(course, planned, deps.stepKinds.get(planned.uses)?.unskippable ?? null);
      const record = skippedRecord(deps, run, { planned, request });
      const again = begunAgain(course, { planned, request });
      if (run.finishedAt !== null) assertResumable(course, [record, ...again]);
      const stale = await askedAgain(deps, { course, changed: [record, ...again] }, { read, today });
      const left = [planned.id, ...again.map((one) => one.step)];
      return [
        ...(await reopening(read, run, request.reason)),
        ...(await letGoAll(read, run, { steps: left, reason: `${step} of ${id} was skipped` })),
        { type: 'step_skipped', run: run.id, record, reason: request.reason },
        ...resetting(run, [...stale, ...again], request.reason),
      ];
    },
  });
}

/** Of a run that had stopped: what waited then is begun again, and people are told of its new end. */
function begunAgain(course: Course, { planned, request }: { planned: PlannedStep; request: Because }): StepRecord[] {
  if (!hasStopped(course.run)) return [];
  const steps = withTheEnd(course, []).filter((step) => step !== planned);
  return resetsOf(course, steps, `${request.actor} skipped ${planned.id}, and the run goes on: ${request.reason}`);
}

function resetting(run: Run, records: StepRecord[], reason: string): LedgerEvent[] {
  return records.length === 0 ? [] : [{ type: 'steps_reset', run: run.id, records, reason }];
}

function skippedRecord(
  { now }: Pick<EngineDeps, 'now'>,
  run: Run,
  { planned, request }: { planned: PlannedStep; request: Because },
): StepRecord {
  const before = run.steps[planned.id];
  const why = `${request.actor} skipped it: ${request.reason}`;
  const common = before === undefined ? newGeneration(run, planned, now()) : base(before);
  return { ...common, endedAt: now(), state: 'skipped', why };
}
