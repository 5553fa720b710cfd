import { sentenceOf } from '../errors.ts';
import { type Deadline, deadlineOf, deadlineOfRun, hasPassed, overdueText, passedText } from './deadlines.ts';
import { isStuck, nextBack } from './moves-back.ts';
import { isNeverGuessed, type Plan, type PlannedStep, type Stage, stepsOf } from './plan.ts';
import { errorOf, isOver, type Run, type RunOutcome, type StepRecord, scopeOf } from './run.ts';

/** What comes next in a run. All lists empty and no finish means: sleep until `wakeAt` or until somebody answers. */
export interface Moves {
  skip: { step: PlannedStep; why: string }[];
  /** A condition that could not be evaluated, or a deadline that has passed. */
  fail: { step: PlannedStep; error: string }[];
  /** First attempts, and attempts whose back-off has passed. */
  start: PlannedStep[];
  /** What they waited for has happened, or their deadline has passed. */
  resume: PlannedStep[];
  /** Started under an older lease: a crash left a question rather than a silence. */
  recover: PlannedStep[];
  /** The one to take back next. */
  undo: PlannedStep | null;
  /** The run's own deadline has passed: it stops as soon as that is on record. */
  overdue: { at: Date; why: string } | null;
  /** It stops for another reason, and that is not on record yet: what it waits for is closed with it, before anything else. */
  stop: Stop | null;
  finish: { outcome: RunOutcome; why: string } | null;
  wakeAt: Date | null;
}

/** Why a run does not go on with its stages. */
export interface Stop {
  outcome: 'failed' | 'cancelled';
  why: string;
}

interface Now {
  now: Date;
  /** The lease under which the caller works. */
  epoch: number;
  /** Steps whose condition the caller has looked at already, at this same moment. */
  looked?: ReadonlySet<string>;
}

/**
 * The executor's one decision: reads what is recorded and says what comes next. Pure, so a crash at any point leads back to the same
 * answer. Stages run in order; a failure or a cancel takes back what can be taken back unless a point of no return has been passed;
 * `finally` runs in every case.
 */
export function nextMoves(plan: Plan, run: Run, at: Now): Moves {
  if (run.paused !== null) return heldMoves(plan, run, at);
  const stop = stopOf(plan, run);
  if (stop === null) {
    // What is to be done again is taken back before anything goes forward from there.
    const forward = backMoves(plan, run, { left: 'reset', now: at.now }) ?? movesIn(plan, 'stages', { run, at });
    if (forward !== null) return inTime(forward, deadlineOfRun(plan, run), at.now);
  } else {
    // Once: whoever decides after this hears that nobody waits for it, and no run that was started goes on while this one is taken back.
    if (run.stoppedAt === null && run.overdueAt === null) return { ...noMoves(), stop };
    const left = leftIrreversible(plan, run, at);
    if (left !== null) return left;
    const back = backMoves(plan, run, { left: 'everything', now: at.now });
    if (back !== null) return back;
  }
  const last = movesIn(plan, 'finally', { run, at });
  return last ?? { ...noMoves(), finish: stop ?? endOf(plan, run) };
}

// What comes after the stages is not cut short: people are told of every end, a late one too.
function inTime(forward: Moves, deadline: Deadline | null, now: Date): Moves {
  if (deadline === null) return forward;
  if (hasPassed(deadline, now)) return { ...noMoves(), overdue: { at: deadline.at, why: passedText(deadline) } };
  return { ...forward, wakeAt: sooner(forward.wakeAt, deadline.at) };
}

/**
 * A paused run begins nothing, takes nothing back and does not end. The clocks run on, and what falls due is looked at when it is resumed,
 * with one exception: an open approval is looked at, so that it expires on time; nobody may decide on it any more then. A yes is not spent.
 */
function heldMoves(plan: Plan, run: Run, { now }: Now): Moves {
  const moves = noMoves();
  for (const step of stepsOf(plan)) {
    const record = run.steps[step.id];
    if (record?.state !== 'waiting' || record.waiting.kind !== 'approval' || record.answered) continue;
    const { until } = record.waiting;
    if (until !== null && until <= now) moves.resume.push(step);
    else if (until !== null) moves.wakeAt = sooner(moves.wakeAt, until);
  }
  return moves;
}

function backMoves(plan: Plan, run: Run, of: Parameters<typeof nextBack>[2]): Moves | null {
  const next = nextBack(plan, run, of);
  return next === null ? null : { ...noMoves(), ...next };
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
export function stopOf(plan: Plan, run: Run): Stop | null {
  for (const step of plan.stages.flat()) {
    const error = errorOf(run.steps[step.id]);
    // `ask` asks about what is not known; a clear no, such as a rejected approval, leaves nothing to ask and stops the run.
    if (error !== null && (step.onFailure.kind === 'stop' || step.onFailure.kind === 'ask'))
      return { outcome: 'failed', why: `${step.id}: ${error}` };
  }
  const { cancelRequestedAt, overdueAt } = run;
  if (cancelRequestedAt !== null && (overdueAt === null || cancelRequestedAt < overdueAt))
    return { outcome: 'cancelled', why: 'a person cancelled it' };
  const stuck = plan.stages.flat().find((step) => isStuck(run.steps[step.id]));
  if (stuck !== undefined)
    return {
      outcome: 'failed',
      why: `${stuck.id}: what it did before could not be taken back, so it was not done again`,
    };
  if (overdueAt === null) return null;
  const deadline = deadlineOfRun(plan, run);
  return { outcome: 'failed', why: passedText({ at: overdueAt, name: deadline?.name ?? 'deadline of the run' }) };
}

function movesIn(plan: Plan, part: 'stages' | 'finally', { run, at }: { run: Run; at: Now }): Moves | null {
  const all = [...plan.stages, ...plan.finally];
  const first = part === 'stages' ? 0 : plan.stages.length;
  for (const [offset, stage] of plan[part].entries()) {
    const open = stage.filter((step) => !isOver(run.steps[step.id]));
    if (open.length === 0) continue;
    const jump = jumpOver({ all, first, index: first + offset }, run);
    if (jump !== null) return { ...noMoves(), skip: open.map((step) => ({ step, why: jump })) };
    return movesOf(open, { plan, run, at });
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

interface Under {
  plan: Plan;
  run: Run;
  at: Now;
}

function movesOf(open: readonly PlannedStep[], under: Under): Moves {
  const moves = noMoves();
  for (const step of open) {
    const record = under.run.steps[step.id];
    const deadline = deadlineOf(under.plan, under.run, step);
    const passed = deadline !== null && hasPassed(deadline, under.at.now) ? deadline : null;
    if (record === undefined || record.state === 'reset') addFirst(moves, step, { ...under, passed });
    else if (record.state === 'started' && record.epoch !== under.at.epoch) addLeft(moves, step, { record, passed });
    else if (record.state === 'waiting') addWaiting(moves, step, { record, passed, at: under.at });
    // Nobody but a person knows how a step in doubt ended, before its deadline and after it.
    if (record?.state !== 'in_doubt' && deadline !== null && passed === null)
      moves.wakeAt = sooner(moves.wakeAt, deadline.at);
  }
  return moves;
}

function addFirst(moves: Moves, step: PlannedStep, { run, passed }: Under & { passed: Deadline | null }): void {
  try {
    if (step.when !== null && !step.when.holds(scopeOf(run)))
      moves.skip.push({ step, why: `when ${step.when.text} does not hold` });
    else if (passed !== null) moves.fail.push({ step, error: overdueText(passed, undefined) });
    else moves.start.push(step);
  } catch (error) {
    moves.fail.push({ step, error: `when ${step.when?.text}: ${sentenceOf(error)}` });
  }
}

/** After a crash. What may be final by now is never called failed because of a deadline: it is found out first. */
function addLeft(
  moves: Moves,
  step: PlannedStep,
  { record, passed }: { record: StepRecord; passed: Deadline | null },
): void {
  if (passed === null || isNeverGuessed(step)) moves.recover.push(step);
  else moves.fail.push({ step, error: overdueText(passed, record) });
}

function addWaiting(
  moves: Moves,
  step: PlannedStep,
  { record, passed, at }: { record: StepRecord & { state: 'waiting' }; passed: Deadline | null; at: Now },
): void {
  const { waiting } = record;
  const { until } = waiting;
  const due = until !== null && until.getTime() <= at.now.getTime();
  // An answer that is there counts, also when the deadline came before anybody could look.
  if (record.answered) moves.resume.push(step);
  else if (passed !== null) moves.fail.push({ step, error: overdueText(passed, record) });
  else if (waiting.kind === 'retry' && waiting.resumes === null && due) moves.start.push(step);
  else if (due || (waiting.kind === 'look' && at.looked?.has(step.id) !== true)) moves.resume.push(step);
  else {
    const next = waiting.kind === 'look' ? new Date(at.now.getTime() + waiting.everyMs) : null;
    moves.wakeAt = sooner(moves.wakeAt, sooner(until, next));
  }
}

function sooner(a: Date | null, b: Date | null): Date | null {
  if (a === null || b === null) return a ?? b;
  return b < a ? b : a;
}

export function noMoves(): Moves {
  return {
    skip: [],
    fail: [],
    start: [],
    resume: [],
    recover: [],
    undo: null,
    overdue: null,
    stop: null,
    finish: null,
    wakeAt: null,
  };
}
