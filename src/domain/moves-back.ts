import { isNeverGuessed, type Plan, type PlannedStep } from './plan.ts';
import type { Run, StepRecord } from './run.ts';

/**
 * The step to take back next, the instant before which that is not to be tried again, or null when nothing is left to take back. `left`:
 * everything that was begun, or only the generations that a person wants done again. Strictly backwards: one that failed and waits for its
 * next try keeps the ones before it.
 */
export function nextBack(
  plan: Plan,
  run: Run,
  { left, now }: { left: 'everything' | 'reset'; now: Date },
): { undo: PlannedStep } | { wakeAt: Date } | null {
  if (pastPointOfNoReturn(plan, run)) return null;
  const ordinal = (step: PlannedStep) => run.steps[step.id]?.ordinal ?? 0;
  const undoable = plan.stages.flat().filter((step) => {
    const record = run.steps[step.id];
    return isOwed(step, record) && (left === 'everything' || record?.state === 'reset');
  });
  // Steps that were started at once share an ordinal; the later one in the file goes first.
  const [undo] = undoable.reverse().sort((a, b) => ordinal(b) - ordinal(a));
  if (undo === undefined) return null;
  const until = untilNextTry(run.steps[undo.id]) ?? now;
  return until > now ? { wakeAt: until } : { undo };
}

/** Whether it is still to be taken back, should what it did not stay. What failed at that for good is a person's to take back. */
export function isOwed(step: PlannedStep, record: StepRecord | undefined): boolean {
  return step.undo === 'undo' && record !== undefined && isLeft(record) && record.undoError === null;
}

/** Wanted again, and what its earlier generation did could not be taken back: with the next one there would be two of it. */
export function isStuck(record: StepRecord | undefined): boolean {
  return record?.state === 'reset' && record.undoError !== null;
}

/** When the run that takes it back has ended, it is looked at now. After a failure it waits in any case. */
function untilNextTry(record: StepRecord | undefined): Date | null {
  const isBack = record?.state === 'waiting' && record.waiting.kind === 'run' && record.answered;
  return isBack && record.undoing?.error === null ? null : (record?.undoing?.until ?? null);
}

/** Whether something of it may be out there. Without an attempt (skipped, or a condition that could not be evaluated) nothing has happened. */
export function isLeft(record: StepRecord): boolean {
  return record.attempts > 0 && record.state !== 'undone';
}

/** True once something was done that cannot be taken back: from then on only going forward is offered. */
export function pastPointOfNoReturn(plan: Plan, run: Run): boolean {
  return plan.stages.flat().some((step) => step.undo === 'point_of_no_return' && mayBeFinal(run.steps[step.id]));
}

/** Of a step whose effect cannot be taken back: whether it has happened, as far as anybody can tell. */
export function mayBeFinal(record: StepRecord | undefined): boolean {
  const state = record?.state;
  return state === 'done' || state === 'started' || state === 'waiting' || state === 'in_doubt';
}

/** Whether doing this step again would do twice what nobody can take back, or what nobody can find out about. */
export function isNeverTwice(step: PlannedStep, record: StepRecord | undefined): boolean {
  return isNeverGuessed(step) && mayBeFinal(record);
}
