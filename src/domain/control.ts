import { Refusal } from '../errors.ts';
import { stopOf } from './moves.ts';
import { isOwed, mayBeFinal, pastPointOfNoReturn } from './moves-back.ts';
import { type Plan, type PlannedStep, stepsOf } from './plan.ts';
import { isOver, type Run, type StepRecord } from './run.ts';

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
  if (record.state !== 'waiting' || run.paused !== null || hasStopped(run)) return false;
  const { until } = record.waiting;
  return record.answered || (until !== null && until <= now);
}

/** Nobody waits any more for what it waited for, also while it has not ended because a step is in doubt. */
export function hasStopped({ finishedAt, stoppedAt }: Run): boolean {
  return finishedAt !== null || stoppedAt !== null;
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

/** Whether this step may be left out: what later steps surely need of it has to come from somewhere, and people are not gone round. */
export function assertSkippable({ plan, run }: Course, step: PlannedStep, unskippable: string | null): void {
  const record = run.steps[step.id];
  if (unskippable !== null) throw new Refusal('never_skipped', `${step.id} cannot be skipped: ${unskippable}`);
  if (record?.state === 'done' || record?.state === 'skipped' || record?.state === 'undone')
    throw new Refusal('step_over', `${step.id} of ${run.id} is ${record.state} already.`);
  // Left out now, nobody would take it back any more: a skipped step says nothing of what it had made.
  if (isOwed(step, record) && record?.state === 'reset' && !pastPointOfNoReturn(plan, run))
    throw new Refusal(
      'undo_pending',
      `What ${step.id} had done before is still being taken back${run.paused === null ? '' : `, for which ${run.id} has to be resumed`}. Skip it when that has ended.`,
    );
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

export function names(steps: readonly PlannedStep[]): string {
  return steps.map((step) => step.id).join(', ');
}
