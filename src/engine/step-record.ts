import { backoffMs } from '../domain/backoff.ts';
import { contentHash } from '../domain/canonical.ts';
import { isNeverGuessed, type PlannedStep } from '../domain/plan.ts';
import { type JsonObject, type Run, type StepRecord, scopeOf, type Waited, type Waiting } from '../domain/run.ts';
import { errorClassOf, retryAfterOf } from '../error-class.ts';
import { PermanentFailure, Refusal, sentenceOf } from '../errors.ts';
import type { StepResult } from '../steps/contract.ts';
import type { InHand } from './perform.ts';

/** The record of an attempt that begins. The token and the input are fixed at the first one of a generation and never change. */
export function startedRecord({ deps, lease, run }: InHand, step: PlannedStep): StepRecord {
  const before = run.steps[step.id];
  const begun =
    before === undefined || before.state === 'reset'
      ? { ...newGeneration(run, step, deps.now()), input: inputOf(run, step) }
      : base(before);
  return { ...begun, attempts: begun.attempts + 1, epoch: lease.epoch, endedAt: null, state: 'started' };
}

/** What a generation begins with. Undo goes by the order of beginnings, so one that begins again comes last. */
export function newGeneration(run: Run, step: Pick<PlannedStep, 'id'>, now: Date) {
  const generation = (run.steps[step.id]?.generation ?? 0) + 1;
  return {
    step: step.id,
    token: `${run.id}.${step.id}.${generation}`,
    generation,
    attempts: 0,
    epoch: 0,
    ordinal: Math.max(0, ...Object.values(run.steps).map((record) => record.ordinal)) + 1,
    startedAt: now,
    endedAt: null,
    input: null,
    undoing: null,
    undoError: null,
  };
}

// What only reads has nothing to take back, and is asked anew each time. What cannot be resolved fails in the attempt, where it is told.
export function inputOf(run: Run, step: PlannedStep): JsonObject | null {
  if (step.effect === 'reads' && step.undo === 'nothing') return null;
  try {
    return step.resolve(scopeOf(run));
  } catch {
    return null;
  }
}

/** What an attempt came to. */
export function recordOf(result: StepResult, record: StepRecord, now: Date): StepRecord {
  const common = base(record);
  if (result.kind === 'wait') return { ...common, state: 'waiting', waiting: result.waiting, answered: false };
  if (result.kind === 'failed') return { ...common, endedAt: now, state: 'failed', error: result.error };
  return { ...common, endedAt: now, state: 'done', outputs: result.outputs };
}

/** What an attempt that threw means: another try, a question to a person, or the end of the step. */
export function failedRecord(
  { deps }: InHand,
  step: PlannedStep,
  { record, error }: { record: StepRecord; error: unknown },
): StepRecord {
  const sentence = sentenceOf(error);
  const isClear = error instanceof PermanentFailure || error instanceof Refusal;
  const resumes = resumedBy(record);
  const mayTryAgain = step.repeat !== 'ask' || resumes !== null;
  if (!isClear && mayTryAgain && record.attempts < step.retry.attempts && isWorthAnother(step, error)) {
    const by = { chance: chanceOf(record), retryAfterMs: retryAfterOf(error) };
    const until = new Date(deps.now().getTime() + backoffMs(step.retry, record.attempts, by));
    // An attempt that goes on from a wait did not count itself as started.
    const attempts = resumes === null ? record.attempts : record.attempts + 1;
    const waiting: Waiting = { kind: 'retry', until, error: sentence, resumes };
    return { ...base(record), attempts, state: 'waiting', waiting, answered: false };
  }
  if (step.onFailure.kind === 'ask' || (!isClear && isNeverGuessed(step)))
    return {
      ...base(record),
      state: 'in_doubt',
      question: `${step.id} failed: ${sentence} Did it take effect all the same?`,
    };
  return { ...base(record), endedAt: deps.now(), state: 'failed', error: sentence };
}

function isWorthAnother({ retry }: PlannedStep, error: unknown): boolean {
  const errorClass = errorClassOf(error);
  return retry.on === null || (errorClass !== null && retry.on.includes(errorClass));
}

function resumedBy(record: StepRecord): Waited | null {
  if (record.state !== 'waiting') return null;
  return record.waiting.kind === 'retry' ? record.waiting.resumes : record.waiting;
}

// From the token, which no two runs share: as far apart as dice would put them, and the same when the same is rehearsed twice.
function chanceOf({ token, attempts }: StepRecord): number {
  return Number.parseInt(contentHash([token, attempts]).slice(0, 8), 16) / 2 ** 32;
}

/** What every state of a step's record shares. */
export function base(record: StepRecord) {
  const { step, token, generation, attempts, epoch, ordinal, startedAt, endedAt, input, undoing, undoError } = record;
  return { step, token, generation, attempts, epoch, ordinal, startedAt, endedAt, input, undoing, undoError };
}
