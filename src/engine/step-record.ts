import type { PlannedStep } from '../domain/plan.ts';
import type { StepRecord, Waited, Waiting } from '../domain/run.ts';
import { PermanentFailure, Refusal, sentenceOf } from '../errors.ts';
import type { StepResult } from '../steps/contract.ts';
import type { InHand } from './perform.ts';

/** The record of an attempt that begins. The token is fixed at the first one and never changes. */
export function startedRecord({ deps, lease, run }: InHand, step: PlannedStep): StepRecord {
  const before = run.steps[step.id];
  const generation = before?.generation ?? 1;
  const ordinal = before?.ordinal ?? Object.keys(run.steps).length + 1;
  return {
    step: step.id,
    token: before?.token ?? `${run.id}.${step.id}.${generation}`,
    generation,
    attempts: (before?.attempts ?? 0) + 1,
    epoch: lease.epoch,
    ordinal,
    startedAt: before?.startedAt ?? deps.now(),
    endedAt: null,
    undoError: null,
    state: 'started',
  };
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
  if (!isClear && mayTryAgain && record.attempts < step.retry.attempts) {
    const until = new Date(deps.now().getTime() + backoffMs(step, record.attempts));
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

function resumedBy(record: StepRecord): Waited | null {
  if (record.state !== 'waiting') return null;
  return record.waiting.kind === 'retry' ? record.waiting.resumes : record.waiting;
}

// Calling these failed would let the run take back what they may already have made final, or do it twice.
function isNeverGuessed(step: PlannedStep): boolean {
  return step.repeat === 'ask' || step.undo === 'point_of_no_return';
}

const LONGEST_BACKOFF_MS = 5 * 60_000;

/** Exponential with up to 25 % jitter, so that many runs that failed together do not come back together. */
function backoffMs(step: PlannedStep, attempts: number): number {
  const plain = Math.min(step.retry.backoffMs * 2 ** (attempts - 1), LONGEST_BACKOFF_MS);
  return plain * (1 + Math.random() / 4);
}

/** What every state of a step's record shares. */
export function base(record: StepRecord) {
  const { step, token, generation, attempts, epoch, ordinal, startedAt, endedAt, undoError } = record;
  return { step, token, generation, attempts, epoch, ordinal, startedAt, endedAt, undoError };
}
