import type { LedgerEvent } from '../domain/event.ts';
import type { Incident } from '../domain/incident.ts';
import type { PlannedStep } from '../domain/plan.ts';
import { type Run, type StepRecord, scopeOf, type Waiting } from '../domain/run.ts';
import { PermanentFailure, Refusal, sentenceOf } from '../errors.ts';
import type { Lease } from '../ledger/leases.ts';
import { LeaseLost } from '../ledger/ledger.ts';
import type { StepContext, StepKind, StepResult } from '../steps/contract.ts';
import type { EngineDeps } from './deps.ts';
import { stepContext } from './step-context.ts';

/** One run in the hands of one worker. */
export interface InHand {
  deps: EngineDeps;
  lease: Lease;
  run: Run;
  incident: Incident | null;
}

/** started → effect → outcome. Only a lost lease is thrown; everything else that goes wrong becomes the step's record. */
export async function performStep(hand: InHand, step: PlannedStep): Promise<void> {
  const record = startedRecord(hand, step);
  // Written before the effect, so that a crash leaves a question rather than a silence.
  await recordStep(hand, step, { record, events: [] });
  hand.deps.faultPoint('started', step.id);
  await settleAttempt(hand, step, record, (kind, input, context) => kind.perform(input, context));
}

/** The step waited, and what it waited for is there or its time is up. */
export async function resumeStep(hand: InHand, step: PlannedStep): Promise<void> {
  const record = hand.run.steps[step.id];
  if (record?.state !== 'waiting') return;
  const { waiting } = record;
  await settleAttempt(hand, step, record, async (kind, input, context) => {
    if (kind.resume === undefined) throw new PermanentFailure(`${step.uses} cannot be resumed.`);
    return kind.resume(input, { ...context, waiting });
  });
}

/** A crash left `started`: what that means is the step kind's to say. */
export async function recoverStep(hand: InHand, step: PlannedStep): Promise<void> {
  const record = hand.run.steps[step.id];
  if (record === undefined) return;
  if (step.repeat === 'safe') return performStep(hand, step);
  if (step.repeat === 'ask') {
    const question = `Rekey stopped while ${step.id} (${step.uses}) was under way. Did it happen?`;
    return recordStep(hand, step, { record: { ...base(record), state: 'in_doubt', question }, events: [] });
  }
  await settleAttempt(hand, step, record, async (kind, input, context) => {
    const found = await kind.probe?.(input, context);
    return found === undefined || found === 'did_not_happen' ? kind.perform(input, context) : found;
  });
}

type Attempt = (kind: StepKind, input: never, context: StepContext) => Promise<StepResult>;

async function settleAttempt(hand: InHand, step: PlannedStep, record: StepRecord, attempt: Attempt): Promise<void> {
  let outcome: { record: StepRecord; events: LedgerEvent[] };
  try {
    const result = await attemptOnce(hand, step, record, attempt);
    hand.deps.faultPoint('effect', step.id);
    outcome = { record: recordOf(result, record, hand.deps.now()), events: result.events };
  } catch (error) {
    if (error instanceof LeaseLost) throw error;
    hand.deps.log.warn({ err: error, run: hand.run.id, step: step.id, attempt: record.attempts }, 'step failed');
    outcome = { record: failedRecord(hand, step, { record, error }), events: [] };
  }
  await recordStep(hand, step, outcome);
  hand.deps.faultPoint('outcome', step.id);
}

async function attemptOnce(
  { deps, run, incident }: InHand,
  step: PlannedStep,
  record: StepRecord,
  attempt: Attempt,
): Promise<StepResult> {
  const kind = deps.stepKinds.get(step.uses);
  if (kind === undefined) throw new PermanentFailure(`This Rekey does not know the step kind ${step.uses}.`);
  const input = kind.with.safeParse(step.resolve(scopeOf(run)));
  if (!input.success)
    throw new PermanentFailure(
      `${step.id}: ${input.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')}`,
    );
  const context = stepContext(deps, { run, incident, step, record });
  const result = await withDeadline(attempt(kind, input.data as never, context), context.signal, step);
  return result.kind === 'done' ? { ...result, outputs: checkedOutputs(kind, result.outputs) } : result;
}

function checkedOutputs(kind: StepKind, outputs: unknown) {
  const parsed = kind.outputs.safeParse(outputs);
  if (!parsed.success)
    throw new PermanentFailure(`${kind.uses} returned outputs that break its own schema: ${parsed.error.message}`);
  return parsed.data as Extract<StepResult, { kind: 'done' }>['outputs'];
}

function withDeadline<T>(work: Promise<T>, signal: AbortSignal, step: PlannedStep): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener(
      'abort',
      () => reject(new Error(`${step.id} did not end within ${step.timeoutMs / 1000} s.`)),
      { once: true },
    );
    work.then(resolve, reject);
  });
}

function startedRecord({ deps, lease, run }: InHand, step: PlannedStep): StepRecord {
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

function recordOf(result: StepResult, record: StepRecord, now: Date): StepRecord {
  const common = base(record);
  if (result.kind === 'wait') return { ...common, state: 'waiting', waiting: result.waiting, answered: false };
  if (result.kind === 'failed') return { ...common, endedAt: now, state: 'failed', error: result.error };
  return { ...common, endedAt: now, state: 'done', outputs: result.outputs };
}

function failedRecord(
  { deps }: InHand,
  step: PlannedStep,
  { record, error }: { record: StepRecord; error: unknown },
): StepRecord {
  const sentence = sentenceOf(error);
  const hopeless =
    error instanceof PermanentFailure || error instanceof Refusal || record.attempts >= step.retry.attempts;
  if (!hopeless) {
    const waiting: Waiting = {
      kind: 'retry',
      until: new Date(deps.now().getTime() + backoffMs(step, record.attempts)),
      error: sentence,
    };
    return { ...base(record), state: 'waiting', waiting, answered: false };
  }
  if (step.onFailure.kind === 'ask')
    return {
      ...base(record),
      state: 'in_doubt',
      question: `${step.id} failed: ${sentence} Did it take effect all the same?`,
    };
  return { ...base(record), endedAt: deps.now(), state: 'failed', error: sentence };
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

/** One transaction: the step's record and everything that happened with it, refused when the lease is gone. */
export async function recordStep(
  { deps, lease, run }: InHand,
  step: PlannedStep,
  outcome: { record: StepRecord; events: LedgerEvent[] },
): Promise<void> {
  const context = {
    at: deps.now(),
    actor: 'system:engine',
    channel: 'engine',
    incident: run.incident,
    run: run.id,
    step: step.id,
    lease,
  } as const;
  await deps.ledger.record(context, async () => ({
    events: [...outcome.events, { type: 'step_recorded', run: run.id, record: outcome.record }],
    result: undefined,
  }));
}
