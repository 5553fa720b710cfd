import { Refusal } from '../errors.ts';
import { type Course, hasStopped, names, stepNamed } from './control.ts';
import { deadlineOfRun, hasPassed, passedText } from './deadlines.ts';
import { stopOf } from './moves.ts';
import { isLeft, isNeverTwice, isStuck, pastPointOfNoReturn } from './moves-back.ts';
import { isNeverGuessed, type PlannedStep, stepsOf } from './plan.ts';
import { errorOf, type Run, type StepRecord } from './run.ts';

/** The steps to begin again so that what failed is tried once more: the one that is named, or every one that stopped the run. */
export function retried(course: Course, id: string | null): PlannedStep[] {
  const { plan, run } = course;
  const steps = id === null ? stepsOf(plan).filter((step) => stops(step, run)) : [stepNamed(course, id)];
  if (steps.length === 0)
    throw new Refusal('nothing_failed', `No step of ${run.id} has failed; there is nothing to retry.`);
  for (const step of steps) assertFailed(step, run);
  const taken = stepsOf(plan).find((step) => run.steps[step.id]?.state === 'undone');
  if (taken !== undefined && !steps.some((step) => step.id === taken.id))
    throw new Refusal(
      'taken_back',
      `${taken.id} was taken back when ${run.id} stopped, and the rest builds on it. Re-run from ${taken.id} instead.`,
    );
  return withTheEnd(course, steps);
}

function stops(step: PlannedStep, run: Run): boolean {
  if (isStuck(run.steps[step.id])) return true;
  return errorOf(run.steps[step.id]) !== null && (step.onFailure.kind === 'stop' || step.onFailure.kind === 'ask');
}

function assertFailed({ id, onFailure }: PlannedStep, run: Run): void {
  const record = run.steps[id];
  if (record?.state === 'in_doubt')
    throw new Refusal('in_doubt', `Nobody knows yet whether ${id} happened. Settle that first; a no does it again.`);
  if (isStuck(record)) return;
  if (errorOf(record) === null)
    throw new Refusal('not_failed', `${id} of ${run.id} has not failed: it is ${record?.state ?? 'still to come'}.`);
  if (onFailure.kind === 'step')
    throw new Refusal(
      'not_retried',
      `When ${id} failed, the run went on with ${onFailure.step}. Re-run from ${id} to go the other way.`,
    );
}

/** The step and everything after it that has begun. What cannot be taken back or found out about is never done twice. */
export function rerun(course: Course, from: string): PlannedStep[] {
  const { plan, run } = course;
  const first = stepNamed(course, from);
  const all = stepsOf(plan);
  const before = all.slice(0, all.indexOf(first));
  const range = all.slice(all.indexOf(first));
  assertNoneTwice(course, { first, range });
  assertTakenBackFirst(course, range);
  const doubt = range.find((step) => run.steps[step.id]?.state === 'in_doubt');
  if (doubt !== undefined)
    throw new Refusal('in_doubt', `Nobody knows yet whether ${doubt.id} happened. Settle that first.`);
  const taken = before.find((step) => run.steps[step.id]?.state === 'undone');
  if (taken !== undefined)
    throw new Refusal(
      'taken_back',
      `${taken.id}, which comes before ${from}, was taken back. Re-run from ${taken.id} instead.`,
    );
  if (run.steps[from] === undefined)
    throw new Refusal('not_begun', `${from} of ${run.id} has not begun, so there is nothing to do again.`);
  const begun = range.filter((step) => run.steps[step.id] !== undefined && !isNeverTwice(step, run.steps[step.id]));
  return [...before.filter((step) => endedWithTheRun(course, step)), ...begun];
}

// Of the end, what was done once stays done: it does not stand in the way of doing again what comes before it.
function assertNoneTwice({ plan, run }: Course, { first, range }: { first: PlannedStep; range: PlannedStep[] }): void {
  const last = plan.finally.flat();
  const twice = range.filter(
    (step) => (step === first || !last.includes(step)) && isNeverTwice(step, run.steps[step.id]),
  );
  if (twice.length === 0) return;
  throw new Refusal(
    'point_of_no_return',
    `${names(twice)} cannot be taken back and ${twice.length === 1 ? 'is' : 'are'} never done twice. Re-run from a step after that.`,
  );
}

// Past the point of no return nothing is taken back any more, so a step with an undo would be there twice.
function assertTakenBackFirst({ plan, run }: Course, range: readonly PlannedStep[]): void {
  if (!pastPointOfNoReturn(plan, run)) return;
  const standing = range.filter(({ id, undo }) => {
    const record = run.steps[id];
    return undo === 'undo' && record !== undefined && isLeft(record);
  });
  if (standing.length === 0) return;
  throw new Refusal(
    'point_of_no_return',
    `${run.id} is past its point of no return and takes nothing back any more: ${names(standing)} would be there twice. ` +
      'Retry what has failed, or re-run from a step after that.',
  );
}

/** With what is begun again besides because the run had ended: what waited then, and what was told of the end, for it will be another one. */
export function withTheEnd(course: Course, steps: readonly PlannedStep[]): PlannedStep[] {
  const { plan, run } = course;
  const told = plan.finally
    .flat()
    .filter(({ id }) => run.steps[id] !== undefined)
    .filter((step) => !isNeverTwice(step, run.steps[step.id]));
  return stepsOf(plan).filter((step) => steps.includes(step) || told.includes(step) || endedWithTheRun(course, step));
}

// Its approval, its question or its run was closed then, and nobody answers it any more. What waits for its next try goes on under its
// token, and so does what may have had its effect.
function endedWithTheRun({ run }: Course, step: PlannedStep): boolean {
  const record = run.steps[step.id];
  if (!hasStopped(run) || record?.state !== 'waiting') return false;
  if (isNeverGuessed(step) || step.undo === 'undo') return false;
  return record.waiting.kind !== 'retry' || record.waiting.resumes !== null;
}

/** The records of steps that are to be begun again, unless the run would stop at once all the same. */
export function resetAll(course: Course, steps: readonly PlannedStep[], why: string): StepRecord[] {
  const records = resetsOf(course, steps, why);
  assertGoesOn(course, records);
  return records;
}

export function resetsOf({ run }: Pick<Course, 'run'>, steps: readonly PlannedStep[], why: string): StepRecord[] {
  return steps.flatMap(({ id }) => {
    const record = run.steps[id];
    return record === undefined ? [] : [resetOf(record, why)];
  });
}

function resetOf(record: StepRecord, why: string): StepRecord {
  const { step, token, generation, epoch, ordinal, startedAt, endedAt, input } = record;
  // What was taken back has left nothing; of everything else something may still be there.
  const attempts = record.state === 'undone' ? 0 : record.attempts;
  const outputs = record.state === 'done' || record.state === 'reset' ? record.outputs : null;
  const common = {
    step,
    token,
    generation,
    attempts,
    epoch,
    ordinal,
    startedAt,
    endedAt,
    input,
    // Taking it back is tried again, also where it had failed for good: nothing goes forward past what is still there.
    undoing: null,
    undoError: null,
  };
  return { ...common, state: 'reset', why, outputs };
}

function assertGoesOn({ plan, run, now }: Course, records: readonly StepRecord[]): void {
  const changed = Object.fromEntries(records.map((record) => [record.step, record]));
  // Opening a run again gives it its time again.
  const overdueAt = run.finishedAt === null ? run.overdueAt : null;
  const stop = stopOf(plan, { ...run, overdueAt, steps: { ...run.steps, ...changed } });
  if (stop !== null)
    throw new Refusal('still_stopped', `${run.id} would stop again at once (${stop.why}). See to that step first.`);
  const deadline = run.finishedAt === null ? deadlineOfRun(plan, run) : null;
  if (deadline !== null && hasPassed(deadline, now))
    throw new Refusal(
      'run_overdue',
      `${passedText(deadline)}; ${run.id} does nothing any more. Start the request again.`,
    );
}

/** A failed run that goes on: nothing that it had taken back may be missing, and it must not stop at once. */
export function assertResumable({ plan, run, now }: Course, records: readonly StepRecord[]): void {
  const taken = stepsOf(plan).find(
    (step) => run.steps[step.id]?.state === 'undone' && !records.some((record) => record.step === step.id),
  );
  if (taken !== undefined)
    throw new Refusal(
      'taken_back',
      `${taken.id} was taken back when ${run.id} stopped. Re-run from ${taken.id} instead.`,
    );
  assertGoesOn({ plan, run, now }, records);
}
