import { ApprovalId } from '../../src/domain/ids.ts';
import { nextMoves } from '../../src/domain/moves.ts';
import type { Plan, PlannedStep } from '../../src/domain/plan.ts';
import type { Run, StepRecord, Waiting } from '../../src/domain/run.ts';
import { aRun, aStep, NOON } from './builders.ts';

export const done = (id: string, ordinal = 1) => aStep(id, { state: 'done', outputs: { of: id } }, { ordinal });
export const failed = (id: string, ordinal = 1) => aStep(id, { state: 'failed', error: 'no' }, { ordinal });
export const waiting = (id: string, wait: Waiting, answered = false) =>
  aStep(id, { state: 'waiting', waiting: wait, answered });
export const approval = (until: Date | null): Waiting => ({ kind: 'approval', id: ApprovalId.parse('apr-1'), until });

export function movesOf(
  plan: Plan,
  records: readonly StepRecord[],
  overrides: Partial<Run> = {},
  ...[now = NOON, looked = new Set()]: [now?: Date, looked?: ReadonlySet<string>]
) {
  const steps = Object.fromEntries(records.map((record) => [record.step, record]));
  // When it has to stop, that is on record: what this says first is a test of its own.
  const run = aRun({ steps, stoppedAt: NOON, ...overrides });
  const moves = nextMoves(plan, run, { now, epoch: 1, looked });
  const ids = (steps: readonly PlannedStep[]) => steps.map((one) => one.id);
  return {
    ...moves,
    start: ids(moves.start),
    resume: ids(moves.resume),
    recover: ids(moves.recover),
    skip: moves.skip.map((one) => one.step.id),
    fail: moves.fail.map((one) => one.step.id),
    errors: moves.fail.map((one) => one.error),
    undo: moves.undo?.id ?? null,
  };
}
