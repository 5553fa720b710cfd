import { sentenceOf } from '../errors.ts';
import type { Plan, PlannedStep, Stage } from './plan.ts';
import { errorOf, isOver, type Run, type RunOutcome, type StepRecord, scopeOf } from './run.ts';

/** What comes next in a run. All lists empty and no finish means: sleep until `wakeAt` or until somebody answers. */
export interface Moves {
  skip: { step: PlannedStep; why: string }[];
  /** A condition that could not be evaluated. */
  fail: { step: PlannedStep; error: string }[];
  /** First attempts, and attempts whose back-off has passed. */
  start: PlannedStep[];
  /** What they waited for has happened, or their deadline has passed. */
  resume: PlannedStep[];
  /** Started under an older lease: a crash left a question rather than a silence. */
  recover: PlannedStep[];
  /** The one to take back next. */
  undo: PlannedStep | null;
  finish: { outcome: RunOutcome; why: string } | null;
  wakeAt: Date | null;
}

interface Now {
  now: Date;
  /** The lease under which the caller works. */
  epoch: number;
}

/**
 * The executor's one decision: reads what is recorded and says what comes next. Pure, so a crash at any point leads back to the same
 * answer. Stages run in order; a failure or a cancel takes back what can be taken back unless a point of no return has been passed;
 * `finally` runs in every case.
 */
export function nextMoves(plan: Plan, run: Run, at: Now): Moves {
  const stop = stopOf(plan, run);
  if (stop === null) {
    const forward = movesIn(plan, 'stages', { run, at });
    if (forward !== null) return forward;
  } else {
    const left = leftIrreversible(plan, run, at);
    if (left !== null) return left;
    const undo = nextUndo(plan, run);
    if (undo !== null) return { ...noMoves(), undo };
  }
  const last = movesIn(plan, 'finally', { run, at });
  return last ?? { ...noMoves(), finish: stop ?? endOf(plan, run) };
}

/** A crash may have left an irreversible step half-way; a run that stops still finds out whether it happened before it ends. */
function leftIrreversible(plan: Plan, run: Run, at: Now): Moves | null {
  const irreversible = plan.stages.flat().filter((step) => step.undo === 'point_of_no_return');
  const recover = irreversible.filter((step) => {
    const record = run.steps[step.id];
    return record?.state === 'started' && record.epoch !== at.epoch;
  });
  if (recover.length > 0) return { ...noMoves(), recover };
  return irreversible.some((step) => run.steps[step.id]?.state === 'in_doubt') ? noMoves() : null;
}

/** How a run ends that nothing stopped: what `finally` owes, such as the summary, is part of it. */
function endOf(plan: Plan, run: Run): { outcome: RunOutcome; why: string } {
  for (const step of plan.finally.flat()) {
    const error = errorOf(run.steps[step.id]);
    if (error !== null && step.onFailure.kind !== 'continue') return { outcome: 'failed', why: `${step.id}: ${error}` };
  }
  return { outcome: 'succeeded', why: 'every step ended' };
}

/** Why the run does not go on with its stages, or null. */
export function stopOf(plan: Plan, run: Run): { outcome: 'failed' | 'cancelled'; why: string } | null {
  for (const step of plan.stages.flat()) {
    const error = errorOf(run.steps[step.id]);
    // `ask` asks about what is not known; a clear no, such as a rejected approval, leaves nothing to ask and stops the run.
    if (error !== null && (step.onFailure.kind === 'stop' || step.onFailure.kind === 'ask'))
      return { outcome: 'failed', why: `${step.id}: ${error}` };
  }
  return run.cancelRequestedAt === null ? null : { outcome: 'cancelled', why: 'a person cancelled it' };
}

/** True once something was done that cannot be taken back: from then on only going forward is offered. */
export function pastPointOfNoReturn(plan: Plan, run: Run): boolean {
  return plan.stages.flat().some((step) => {
    const state = run.steps[step.id]?.state;
    return (
      step.undo === 'point_of_no_return' &&
      (state === 'done' || state === 'started' || state === 'waiting' || state === 'in_doubt')
    );
  });
}

function movesIn(plan: Plan, part: 'stages' | 'finally', { run, at }: { run: Run; at: Now }): Moves | null {
  const all = [...plan.stages, ...plan.finally];
  const first = part === 'stages' ? 0 : plan.stages.length;
  for (const [offset, stage] of plan[part].entries()) {
    const open = stage.filter((step) => !isOver(run.steps[step.id]));
    if (open.length === 0) continue;
    const jump = jumpOver({ all, first, index: first + offset }, run);
    if (jump !== null) return { ...noMoves(), skip: open.map((step) => ({ step, why: jump })) };
    return movesOf(open, run, at);
  }
  return null;
}

/**
 * `on_failure: <step>`: why the stage at `index` is left out, or null when it is not. It is when it lies between a failed step's stage,
 * from `first` on, and the one where that step's `on_failure` goes on; a target in `finally` leaves out all that is left before it.
 */
function jumpOver(
  { all, first, index }: { all: readonly Stage[]; first: number; index: number },
  run: Run,
): string | null {
  for (const step of all.slice(first, index).flat()) {
    const { onFailure } = step;
    if (run.steps[step.id]?.state !== 'failed' || onFailure.kind !== 'step') continue;
    const target = all.findIndex((stage) => stage.some((one) => one.id === onFailure.step));
    if (index < target) return `${step.id} failed, and its on_failure goes on with ${onFailure.step}`;
  }
  return null;
}

function movesOf(open: readonly PlannedStep[], run: Run, at: Now): Moves {
  const moves = noMoves();
  for (const step of open) {
    const record = run.steps[step.id];
    if (record === undefined) addFirst(moves, step, run);
    else if (record.state === 'started' && record.epoch !== at.epoch) moves.recover.push(step);
    else if (record.state === 'waiting') addWaiting(moves, step, { record, now: at.now });
  }
  return moves;
}

function addFirst(moves: Moves, step: PlannedStep, run: Run): void {
  if (step.when === null) {
    moves.start.push(step);
    return;
  }
  try {
    if (step.when.holds(scopeOf(run))) moves.start.push(step);
    else moves.skip.push({ step, why: `when ${step.when.text} does not hold` });
  } catch (error) {
    moves.fail.push({ step, error: `when ${step.when.text}: ${sentenceOf(error)}` });
  }
}

function addWaiting(
  moves: Moves,
  step: PlannedStep,
  { record, now }: { record: StepRecord & { state: 'waiting' }; now: Date },
): void {
  const { waiting } = record;
  const { until } = waiting;
  const due = until !== null && until.getTime() <= now.getTime();
  if (waiting.kind === 'retry' && waiting.resumes === null && due) moves.start.push(step);
  else if (record.answered || due) moves.resume.push(step);
  else if (until !== null && (moves.wakeAt === null || until < moves.wakeAt)) moves.wakeAt = until;
}

function nextUndo(plan: Plan, run: Run): PlannedStep | null {
  if (pastPointOfNoReturn(plan, run)) return null;
  const undoable = plan.stages.flat().filter((step) => {
    const record = run.steps[step.id];
    return (
      step.undo === 'undo' &&
      record !== undefined &&
      // Without an attempt (skipped, or a condition that could not be evaluated) nothing has happened.
      record.attempts > 0 &&
      record.state !== 'undone' &&
      record.undoError === null
    );
  });
  const ordinal = (step: PlannedStep) => run.steps[step.id]?.ordinal ?? 0;
  // Steps that were started at once share an ordinal; the later one in the file goes first.
  return undoable.reverse().sort((a, b) => ordinal(b) - ordinal(a))[0] ?? null;
}

export function noMoves(): Moves {
  return { skip: [], fail: [], start: [], resume: [], recover: [], undo: null, finish: null, wakeAt: null };
}
