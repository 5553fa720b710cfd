import { Refusal } from '../errors.ts';
import { assertResumable, rerun, resetAll, resetsOf, retried, withTheEnd } from './begin-again.ts';
import { assertAtRest, assertPausable, assertSkippable, type Course, tooLateToCancel } from './control.ts';
import type { StepId } from './ids.ts';
import { type PlannedStep, stepsOf } from './plan.ts';
import { errorOf, type Run, type StepRecord } from './run.ts';

/** What people can do with a run now, and with which of its steps. Whether somebody may is asked when they do it. */
export interface Possible {
  pause: boolean;
  resume: boolean;
  cancel: boolean;
  /** What stopped the run and can be tried once more. */
  retry: readonly StepId[];
  skip: readonly StepId[];
  rerun: readonly StepId[];
  /** Nobody knows whether these have happened. */
  settle: readonly StepId[];
}

/**
 * Asks the rules that decide when it is done, so that nothing is offered which they would refuse. `unskippable`: why a step of this kind is
 * never left out, or null.
 */
export function possibleVerbs(course: Course, unskippable: (step: PlannedStep) => string | null): Possible {
  const { plan, run } = course;
  const open = run.finishedAt === null;
  const steps = stepsOf(plan);
  // One that ended well or was cancelled is not opened again, nor one whose parent waits for it no more.
  const opens = open || (run.outcome === 'failed' && run.parent === null);
  const atRest = opens && isAllowed(() => assertAtRest(course));
  const again = (wanted: () => PlannedStep[]) => atRest && isAllowed(() => resetAll(course, wanted(), 'asked'));
  return {
    pause: open && run.paused === null && isAllowed(() => assertPausable(plan, run)),
    resume: open && run.paused !== null && run.cancelRequestedAt === null,
    cancel: open && run.cancelRequestedAt === null && tooLateToCancel(course) === null,
    retry: again(() => retried(course, null)) ? idsOf(retried(course, null).filter((step) => failed(run, step))) : [],
    skip: atRest ? idsOf(steps.filter((step) => canSkip(course, step, unskippable(step)))) : [],
    rerun: idsOf(steps.filter((step) => again(() => rerun(course, step.id)))),
    settle: open ? doubtsOf(run) : [],
  };
}

/** Of a run whose text can no longer be read: it can only be let go. */
export function possibleWithoutPlan(run: Run): Possible {
  const open = run.finishedAt === null && run.cancelRequestedAt === null;
  const nothing = { pause: false, retry: [], skip: [], rerun: [], settle: [] };
  return { ...nothing, cancel: open, resume: open && run.paused !== null };
}

function canSkip(course: Course, step: PlannedStep, unskippable: string | null): boolean {
  const { run, now } = course;
  if (!isAllowed(() => assertSkippable(course, step, unskippable))) return false;
  if (run.finishedAt === null) return true;
  const record = run.steps[step.id];
  // Of a run that has ended, only what it failed with is worth leaving out.
  if (record === undefined || errorOf(record) === null) return false;
  const { state: _state, ...common } = record;
  const skipped: StepRecord = { ...common, endedAt: now, state: 'skipped', why: 'asked' };
  const again = resetsOf(
    course,
    withTheEnd(course, []).filter((one) => one !== step),
    'asked',
  );
  return isAllowed(() => assertResumable(course, [skipped, ...again]));
}

function failed(run: Run, { id }: PlannedStep): boolean {
  const record = run.steps[id];
  return errorOf(record) !== null || (record?.state === 'reset' && record.undoError !== null);
}

function doubtsOf(run: Run): StepId[] {
  return Object.values(run.steps).flatMap(({ state, step }) => (state === 'in_doubt' ? [step] : []));
}

function idsOf(steps: readonly PlannedStep[]): StepId[] {
  return steps.map(({ id }) => id);
}

function isAllowed(rule: () => unknown): boolean {
  try {
    rule();
    return true;
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}
