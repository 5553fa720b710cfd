import { Refusal } from '../errors.ts';
import { deadlineOfRun, hasPassed, passedText } from './deadlines.ts';
import { stopOf } from './moves.ts';
import { mayBeFinal, pastPointOfNoReturn } from './moves-back.ts';
import { type Plan, type PlannedStep, stepsOf } from './plan.ts';
import { errorOf, isOver, type Run, type StepRecord } from './run.ts';

/** A run that somebody wants to change the course of, as it is now. */
export interface Course {
  plan: Plan;
  run: Run;
  now: Date;
}

/** Throws a Refusal that says what to do instead, unless the steps of this run can be skipped or begun again now. */
export function assertAtRest({ plan, run, now }: Course): void {
  if (run.cancelRequestedAt !== null)
    throw new Refusal('run_cancelled', `${run.id} was cancelled; that is not taken back. Start the request again.`);
  const records = Object.values(run.steps);
  const busy = records.find((record) => isUnderWay(record, run, now));
  if (busy !== undefined)
    throw new Refusal(
      'step_under_way',
      `${busy.step} of ${run.id} is under way. Try again when it has ended; if you pause the run first, nothing new begins meanwhile.`,
    );
  if (run.finishedAt !== null || stopOf(plan, run) === null) return;
  const ending = plan.finally.flat().some((step) => run.steps[step.id] !== undefined);
  if (
    ending ||
    records.some((record) => record.undoing !== null || record.state === 'undone' || record.undoError !== null)
  )
    throw new Refusal(
      'run_ending',
      `${run.id} has stopped and is taking its work back or telling people of its end. Try again when it has ended.`,
    );
}

function isUnderWay(record: StepRecord, run: Run, now: Date): boolean {
  if (record.state === 'started') return run.finishedAt === null;
  if (record.state !== 'waiting' || run.paused !== null || run.finishedAt !== null) return false;
  const { until } = record.waiting;
  return record.answered || (until !== null && until <= now);
}

export function stepNamed({ plan, run }: Pick<Course, 'plan' | 'run'>, id: string): PlannedStep {
  const steps = stepsOf(plan);
  const step = steps.find((one) => one.id === id);
  if (step !== undefined) return step;
  throw new Refusal(
    'unknown_step',
    `${run.runbook.id} has no step ${id}. Its steps: ${steps.map((one) => one.id).join(', ')}.`,
  );
}

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

/** Whether this step may be left out: what later steps surely need of it has to come from somewhere, and people are not gone round. */
export function assertSkippable({ plan, run }: Course, step: PlannedStep, unskippable: string | null): void {
  const record = run.steps[step.id];
  if (unskippable !== null) throw new Refusal('never_skipped', `${step.id} cannot be skipped: ${unskippable}`);
  if (record?.state === 'done' || record?.state === 'skipped' || record?.state === 'undone')
    throw new Refusal('step_over', `${step.id} of ${run.id} is ${record.state} already.`);
  if (step.undo === 'point_of_no_return' && mayBeFinal(record))
    throw new Refusal(
      'point_of_no_return',
      `${step.id} cannot be taken back and may have happened. Say whether it did (settle) instead of skipping it.`,
    );
  const needing = stepsOf(plan).filter((one) => one.needs.has(step.id) && !isOver(run.steps[one.id]));
  if (needing.length > 0)
    throw new Refusal(
      'step_needed',
      `${names(needing)} ${needing.length === 1 ? 'needs' : 'need'} what ${step.id} gives. Skip ${needing.length === 1 ? 'it' : 'them'} first, or retry ${step.id}.`,
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

/** A run that has stopped takes its work back or tells people of its end, and waits for nobody with that. */
export function assertPausable(plan: Plan, run: Run): void {
  const ending = tooLateToCancel({ plan, run });
  if (run.cancelRequestedAt !== null || ending !== null)
    throw new Refusal('run_ending', `${run.id} cannot be paused: ${ending ?? 'it is being cancelled'}.`);
}

/** What a cancel can still change, as a sentence for who asks when it is nothing; null when it can. */
export function tooLateToCancel({ plan, run }: Pick<Course, 'plan' | 'run'>): string | null {
  if (plan.finally.flat().some((step) => run.steps[step.id] !== undefined))
    return 'its last steps, which run in every case, are under way';
  const stop = stopOf(plan, run);
  if (stop === null || run.paused !== null) return null;
  return `it has stopped already (${stop.why}) and ${pastPointOfNoReturn(plan, run) ? 'is past the point of no return' : 'is taking its work back'}`;
}

function names(steps: readonly PlannedStep[]): string {
  return steps.map((step) => step.id).join(', ');
}
