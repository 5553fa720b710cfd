import { latestEnd } from '../domain/deadlines.ts';
import type { LedgerEvent } from '../domain/event.ts';
import type { Incident } from '../domain/incident.ts';
import type { PlannedStep } from '../domain/plan.ts';
import { type JsonObject, type Run, type StepRecord, scopeOf } from '../domain/run.ts';
import { OutsideTrouble } from '../error-class.ts';
import { ConfigTrouble, PermanentFailure, sentenceOf } from '../errors.ts';
import type { Lease } from '../ledger/leases.ts';
import { LeaseLost } from '../ledger/ledger.ts';
import { LedgerTrouble } from '../ledger/trouble.ts';
import { outputsOf, type StepContext, type StepKind, type StepResult } from '../steps/contract.ts';
import type { EngineDeps } from './deps.ts';
import { runsIn } from './rotations/wake.ts';
import { stepContext } from './step-context.ts';
import { base, failedRecord, recordOf, startedRecord } from './step-record.ts';

/** One run in the hands of one worker. */
export interface InHand {
  deps: EngineDeps;
  lease: Lease;
  run: Run;
  incident: Incident | null;
  /** Steps whose condition was looked at since the run was taken up. */
  looked: Set<string>;
}

/** started → effect → outcome. Only a lost lease is thrown; everything else that goes wrong becomes the step's record. */
export async function performStep(hand: InHand, step: PlannedStep): Promise<void> {
  const record = startedRecord(hand, step);
  // Written before the effect, so that a crash leaves a question rather than a silence.
  await recordStep(hand, step, { record, events: [] });
  hand.deps.faultPoint('started', step.id);
  // An attempt that failed or was cut off may have had its effect all the same.
  const attempt = step.repeat === 'probe' && record.attempts > 1 ? probeOrPerform : performPlainly;
  await settleAttempt(hand, step, record, attempt);
}

/** The step waited, and what it waited for is there or its time is up. */
export async function resumeStep(hand: InHand, step: PlannedStep): Promise<void> {
  const record = hand.run.steps[step.id];
  if (record?.state !== 'waiting') return;
  const waiting = record.waiting.kind === 'retry' ? record.waiting.resumes : record.waiting;
  await settleAttempt(hand, step, record, async (kind, input, context) => {
    if (kind.resume === undefined || waiting === null) throw new PermanentFailure(`${step.uses} cannot be resumed.`);
    return kind.resume(input, { ...context, waiting });
  });
}

/** A crash left `started`: what that means is the step kind's to say. */
export async function recoverStep(hand: InHand, step: PlannedStep): Promise<void> {
  const record = hand.run.steps[step.id];
  if (record === undefined) return;
  if (step.repeat !== 'ask') return performStep(hand, step);
  const question = `Rekey stopped while ${step.id} (${step.uses}) was under way. Did it happen?`;
  await recordStep(hand, step, { record: { ...base(record), state: 'in_doubt', question }, events: [] });
}

type Attempt = (kind: StepKind, input: never, context: StepContext) => Promise<StepResult>;

const performPlainly: Attempt = (kind, input, context) => kind.perform(input, context);

const probeOrPerform: Attempt = async (kind, input, context) => {
  const found = await kind.probe?.(input, context);
  return found === undefined || found === 'did_not_happen' ? kind.perform(input, context) : found;
};

async function settleAttempt(hand: InHand, step: PlannedStep, record: StepRecord, attempt: Attempt): Promise<void> {
  try {
    const result = await attemptOnce(hand, step, record, attempt);
    hand.deps.faultPoint('effect', step.id);
    if (result.kind === 'wait' && result.waiting.kind === 'look') hand.looked.add(step.id);
    // A look that shows the same again changes nothing, so nothing is recorded: some conditions are looked at for weeks.
    if (!isAsBefore(result, record))
      await recordOutcome(hand, step, { record: recordOf(result, record, hand.deps.now()), events: result.events });
  } catch (error) {
    if (isNotTheStep(error)) throw error;
    hand.deps.log.warn({ err: error, run: hand.run.id, step: step.id, attempt: record.attempts }, 'step failed');
    await recordStep(hand, step, { record: failedRecord(hand, step, { record, error }), events: [] });
  }
  hand.deps.faultPoint('outcome', step.id);
}

function isAsBefore(result: StepResult, record: StepRecord): boolean {
  if (result.kind !== 'wait' || result.waiting.kind !== 'look' || result.events.length > 0) return false;
  if (record.state !== 'waiting' || record.waiting.kind !== 'look' || record.answered) return false;
  const { until, everyMs } = record.waiting;
  return result.waiting.until.getTime() === until.getTime() && result.waiting.everyMs === everyMs;
}

// Events that the ledger refuses fail the attempt: left alone, the run would come back to this place for ever.
async function recordOutcome(...[hand, step, outcome]: Parameters<typeof recordStep>): Promise<void> {
  try {
    await recordStep(hand, step, outcome);
  } catch (cause) {
    if (isNotTheStep(cause)) throw cause;
    throw new Error(`The ledger refused what ${step.id} reported: ${sentenceOf(cause)}`, { cause });
  }
}

/**
 * A lost lease, a ledger in trouble or a half-saved configuration says nothing of the step: what it did stays open, for whoever has the run
 * next.
 */
export function isNotTheStep(error: unknown): boolean {
  return error instanceof LeaseLost || error instanceof LedgerTrouble || error instanceof ConfigTrouble;
}

async function attemptOnce(
  { deps, run, incident }: InHand,
  step: PlannedStep,
  record: StepRecord,
  attempt: Attempt,
): Promise<StepResult> {
  const kind = deps.stepKinds.get(step.uses);
  if (kind === undefined) throw new PermanentFailure(`This Rekey does not know the step kind ${step.uses}.`);
  const written = record.input ?? step.resolve(scopeOf(run));
  const input = kind.with.safeParse(written);
  if (!input.success)
    throw new PermanentFailure(
      `${step.id}: ${input.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')}`,
    );
  const limitMs = limitOf(deps, { run, step, record });
  const context = stepContext(deps, { run, incident, step, record, limitMs });
  const result = await withDeadline(attempt(kind, input.data as never, context), context.signal, { step, limitMs });
  return result.kind === 'done'
    ? { ...result, outputs: checkedOutputs(schemaOf(kind, step, written), step, result.outputs) }
    : result;
}

function schemaOf(kind: StepKind, step: PlannedStep, written: JsonObject) {
  return step.each === null || kind.each === undefined ? outputsOf(kind, written) : kind.each.outputs;
}

function checkedOutputs(schema: ReturnType<typeof schemaOf>, step: PlannedStep, outputs: unknown) {
  const parsed = schema.safeParse(outputs);
  if (!parsed.success)
    throw new PermanentFailure(`${step.uses} returned outputs that break its own schema: ${parsed.error.message}`);
  return parsed.data as Extract<StepResult, { kind: 'done' }>['outputs'];
}

/** An attempt ends with its time-out, or before that with the first deadline under which it stands. */
function limitOf(deps: EngineDeps, { run, step, record }: { run: Run; step: PlannedStep; record: StepRecord }): number {
  const begun = { ...run, steps: { ...run.steps, [step.id]: record } };
  const end = latestEnd(deps.runbooks.planOf(run.runbook), begun, step);
  const leftMs = end === null ? 0 : end.getTime() - deps.now().getTime();
  // What goes on after a deadline, such as an answer that came before it, or finding out what a crash left, has its whole time.
  return leftMs > 0 ? Math.min(step.timeoutMs, leftMs) : step.timeoutMs;
}

export function withDeadline<T>(
  work: Promise<T>,
  signal: AbortSignal,
  { step, limitMs }: { step: PlannedStep; limitMs: number },
): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = () => reject(new OutsideTrouble('timeout', `${step.id} did not end within ${limitMs / 1000} s.`));
    signal.addEventListener('abort', end, { once: true });
    work.then(resolve, reject);
  });
}

/** One transaction: the step's record and everything that happened with it, refused when the lease is gone. */
export async function recordStep(
  hand: InHand,
  step: PlannedStep,
  outcome: { record: StepRecord; events: LedgerEvent[] },
): Promise<void> {
  await hand.deps.ledger.record(contextOfStep(hand, step), async () => ({
    events: [...outcome.events, { type: 'step_recorded', run: hand.run.id, record: outcome.record }],
    result: undefined,
  }));
  // They are due in the ledger; this only spares them waiting for the sweep.
  for (const run of runsIn(outcome.events)) await hand.deps.queue.wake(run).catch(() => {});
}

export function contextOfStep(hand: InHand, step: PlannedStep) {
  return { ...contextOfRun(hand), step: step.id };
}

/** What the engine itself records of a run, under the lease of this worker. */
export function contextOfRun({ deps, lease, run }: InHand) {
  const { incident, id } = run;
  return { at: deps.now(), actor: 'system:engine', channel: 'engine', incident, run: id, lease } as const;
}
