import type { AskId, StepId } from '../../src/domain/ids.ts';
import { type Moves, nextMoves } from '../../src/domain/moves.ts';
import { isNeverGuessed, type Plan, type PlannedStep } from '../../src/domain/plan.ts';
import { errorOf, type Run, type StepRecord } from '../../src/domain/run.ts';
import { aRun, aStep, NOON } from './builders.ts';

/** What happened, in order: `start a`, `undo b` … with the run as it was just before. */
export interface Played {
  trace: { what: keyof Moves | 'answer'; step: StepId; before: Run; now: Date }[];
  run: Run;
  finish: Moves['finish'];
  /** Null, or why nothing can happen any more although the run has not ended. */
  stuck: string | null;
}

/**
 * Plays a plan against the pure decision alone. `tape` says what each attempt comes to; where it ends, everything succeeds. `cancelAt`
 * is the round before which a person cancels; every round of `crashes` leaves its attempts behind as `started` under an old lease.
 */
export function playMoves(
  plan: Plan,
  tape: readonly number[],
  events: { cancelAt: number; crashes: readonly number[] },
): Played {
  let run: Run = aRun({ steps: {} });
  let now = NOON;
  let epoch = 1;
  let drawn = 0;
  const trace: Played['trace'] = [];
  const draw = () => tape[drawn++] ?? 0;
  const put = (record: StepRecord) => {
    run = { ...run, steps: { ...run.steps, [record.step]: record } };
  };
  for (let round = 0; round < 500; round++) {
    if (round === events.cancelAt) run = { ...run, cancelRequestedAt: now };
    const moves = nextMoves(plan, run, { now, epoch });
    if (moves.finish !== null) return { trace, run, finish: moves.finish, stuck: null };
    const before = run;
    const ordinal = Object.keys(before.steps).length + 1;
    const crash = events.crashes.includes(round);
    const note = (what: keyof Moves | 'answer', step: StepId) => trace.push({ what, step, before, now });
    for (const { step, why } of moves.skip) {
      note('skip', step.id);
      put(aStep(step.id, { state: 'skipped', why }, { attempts: 0, ordinal }));
    }
    for (const { step, error } of moves.fail) {
      note('fail', step.id);
      put(failedAs(step, before.steps[step.id], { error, ordinal }));
    }
    for (const what of ['start', 'resume', 'recover'] as const)
      for (const step of moves[what]) {
        note(what, step.id);
        const attempts = (before.steps[step.id]?.attempts ?? 0) + 1;
        const common = { attempts, epoch, ordinal: before.steps[step.id]?.ordinal ?? ordinal };
        put(crash ? aStep(step.id, { state: 'started' }, common) : outcome(step, draw(), { common, now }));
      }
    if (moves.overdue !== null) run = { ...run, overdueAt: moves.overdue.at };
    if (moves.stop !== null) run = { ...run, stoppedAt: now };
    if (moves.undo !== null) {
      note('undo', moves.undo.id);
      const record = before.steps[moves.undo.id];
      if (record === undefined) throw new Error('undo of a step that has no record');
      put(
        draw() % 5 === 4
          ? { ...record, undoError: 'no' }
          : ({ ...record, state: 'undone', outputs: {}, error: errorOf(record) } as StepRecord),
      );
    }
    if (crash) epoch += 1;
    if (run !== before || crash) continue;
    if (moves.wakeAt !== null) {
      if (moves.wakeAt <= now)
        return { trace, run, finish: null, stuck: `wakes at ${moves.wakeAt.toISOString()}, which is over` };
      now = moves.wakeAt;
      continue;
    }
    const open = Object.values(run.steps).find(
      (record) => (record.state === 'waiting' && !record.answered) || record.state === 'in_doubt',
    );
    if (open === undefined) return { trace, run, finish: null, stuck: 'nothing to do and nobody to wait for' };
    note('answer', open.step);
    put(open.state === 'in_doubt' ? settled(open) : ({ ...open, answered: true } as StepRecord));
  }
  return { trace, run, finish: null, stuck: 'no end after 500 rounds' };
}

function outcome(
  step: PlannedStep,
  drawn: number,
  { common, now }: { common: { attempts: number; epoch: number; ordinal: number }; now: Date },
): StepRecord {
  const later = new Date(now.getTime() + 1_000);
  if (common.attempts > 6) return aStep(step.id, { state: 'done', outputs: {} }, common);
  switch (drawn % 7) {
    case 1:
      return aStep(step.id, { state: 'failed', error: 'no' }, common);
    case 2:
      return aStep(step.id, waitingFor({ kind: 'retry', until: later, error: 'timeout', resumes: null }), common);
    case 3:
      return aStep(step.id, waitingFor({ kind: 'ask', id: `ask-${step.id}` as AskId, until: null }), common);
    case 4:
      return aStep(step.id, waitingFor({ kind: 'time', until: later }), common);
    case 5:
      return aStep(step.id, { state: 'in_doubt', question: 'did it?' }, common);
    default:
      return aStep(step.id, { state: 'done', outputs: {} }, common);
  }
}

/** What a deadline makes of a step: nobody may guess what an attempt of some has done. */
function failedAs(
  step: PlannedStep,
  before: StepRecord | undefined,
  { error, ordinal }: { error: string; ordinal: number },
): StepRecord {
  if (before === undefined) return aStep(step.id, { state: 'failed', error }, { attempts: 0, ordinal });
  const isAsked = isNeverGuessed(step) || step.onFailure.kind === 'ask';
  return {
    ...before,
    ...(isAsked ? { state: 'in_doubt', question: error } : { state: 'failed', error }),
  } as StepRecord;
}

function waitingFor(waiting: (StepRecord & { state: 'waiting' })['waiting']) {
  return { state: 'waiting', waiting, answered: false } as const;
}

function settled(record: StepRecord): StepRecord {
  return { ...record, state: 'done', outputs: {} } as StepRecord;
}
