import { Refusal } from '../errors.ts';
import { type Course, names, stepNamed } from './control.ts';
import { deadlineOfRun, hasPassed, passedText } from './deadlines.ts';
import { stopOf } from './moves.ts';
import { mayBeFinal } from './moves-back.ts';
import { type PlannedStep, stepsOf } from './plan.ts';
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
  return withLast(course, steps);
}

function stops(step: PlannedStep, run: Run): boolean {
  return errorOf(run.steps[step.id]) !== null && (step.onFailure.kind === 'stop' || step.onFailure.kind === 'ask');
}

function assertFailed({ id, onFailure }: PlannedStep, run: Run): void {
  const record = run.steps[id];
  if (record?.state === 'in_doubt')
    throw new Refusal('in_doubt', `Nobody knows yet whether ${id} happened. Settle that first; a no does it again.`);
  if (errorOf(record) === null)
    throw new Refusal('not_failed', `${id} of ${run.id} has not failed: it is ${record?.state ?? 'still to come'}.`);
  if (onFailure.kind === 'step')
    throw new Refusal(
      'not_retried',
      `When ${id} failed, the run went on with ${onFailure.step}. Re-run from ${id} to go the other way.`,
    );
}

/** The step and everything after it that has begun. What cannot be taken back is never done twice. */
export function rerun(course: Course, from: string): PlannedStep[] {
  const { plan, run } = course;
  const first = stepNamed(course, from);
  const all = stepsOf(plan);
  const range = all.slice(all.indexOf(first));
  const final = range.filter((step) => step.undo === 'point_of_no_return' && mayBeFinal(run.steps[step.id]));
  if (final.length > 0)
    throw new Refusal(
      'point_of_no_return',
      `${names(final)} cannot be taken back and ${final.length === 1 ? 'is' : 'are'} never done twice. Re-run from a step after that.`,
    );
  const doubt = range.find((step) => run.steps[step.id]?.state === 'in_doubt');
  if (doubt !== undefined)
    throw new Refusal('in_doubt', `Nobody knows yet whether ${doubt.id} happened. Settle that first.`);
  const taken = all.slice(0, all.indexOf(first)).find((step) => run.steps[step.id]?.state === 'undone');
  if (taken !== undefined)
    throw new Refusal(
      'taken_back',
      `${taken.id}, which comes before ${from}, was taken back. Re-run from ${taken.id} instead.`,
    );
  const begun = range.filter((step) => run.steps[step.id] !== undefined);
  if (run.steps[from] === undefined)
    throw new Refusal('not_begun', `${from} of ${run.id} has not begun, so there is nothing to do again.`);
  return begun;
}

// What is told at the end is told again, for it will be another end.
function withLast({ plan, run }: Course, steps: readonly PlannedStep[]): PlannedStep[] {
  const last = plan.finally.flat().filter((step) => run.steps[step.id] !== undefined);
  return stepsOf(plan).filter((step) => steps.includes(step) || last.includes(step));
}

/** The records of steps that are to be begun again, unless the run would stop at once all the same. */
export function resetAll({ plan, run, now }: Course, steps: readonly PlannedStep[], why: string): StepRecord[] {
  const records = steps.flatMap(({ id }) => {
    const record = run.steps[id];
    return record === undefined ? [] : [resetOf(record, why)];
  });
  assertGoesOn({ plan, run, now }, records);
  return records;
}

function resetOf(record: StepRecord, why: string): StepRecord {
  const { step, token, generation, epoch, ordinal, startedAt, endedAt, input, undoError } = record;
  // What was taken back has left nothing; of everything else something may still be there.
  const attempts = record.state === 'undone' ? 0 : record.attempts;
  const outputs = record.state === 'done' ? record.outputs : null;
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
    undoing: null,
    undoError,
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
