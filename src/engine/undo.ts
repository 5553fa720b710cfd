import type { PlannedStep } from '../domain/plan.ts';
import { errorOf, type JsonObject, type StepRecord, type Undoing } from '../domain/run.ts';
import { PermanentFailure, sentenceOf } from '../errors.ts';
import { type InHand, isNotTheStep, recordStep, withDeadline } from './perform.ts';
import { stepContext } from './step-context.ts';
import { base, inputOf } from './step-record.ts';

const ATTEMPTS = 3;
const FIRST_BACKOFF_MS = 2_000;

/**
 * One try to take one step back. What failed waits in the ledger for its next try, and holds no worker; one that fails for good is recorded
 * and shown, and the others still run.
 */
export async function undoStep(hand: InHand, step: PlannedStep): Promise<void> {
  const before = hand.run.steps[step.id];
  if (before === undefined) return;
  const record = { ...before, undoing: begun(before, hand.deps.now()) };
  // Written before the try: whoever asks for this run to go on sees that its work is being taken back.
  if (before.undoing === null) await recordStep(hand, step, { record, events: [] });
  try {
    await undoOnce(hand, step, record);
  } catch (error) {
    if (isNotTheStep(error)) throw error;
    hand.deps.log.warn({ err: error, run: hand.run.id, step: step.id, undoing: record.undoing }, 'undo failed');
    await recordStep(hand, step, { record: failedUndo(record, error, hand.deps.now()), events: [] });
  }
}

function begun({ undoing }: StepRecord, now: Date): Undoing {
  return undoing ?? { failures: 0, until: now, error: null };
}

async function undoOnce(hand: InHand, step: PlannedStep, record: StepRecord): Promise<void> {
  const kind = hand.deps.stepKinds.get(step.uses);
  if (kind?.undo.kind !== 'undo')
    throw new PermanentFailure(`This Rekey does not know how to take back a ${step.uses}.`);
  const outputs = record.state === 'done' || record.state === 'reset' ? record.outputs : null;
  const limitMs = step.timeoutMs;
  const context = {
    ...stepContext(hand.deps, { ...hand, step, record, limitMs }),
    input: inputGivenTo(hand, step, record),
    outputs,
  };
  const taken = await withDeadline(kind.undo.undo(context), context.signal, { step, limitMs });
  hand.deps.faultPoint('undo', step.id);
  if (Array.isArray(taken))
    return recordStep(hand, step, { record: takenBack(record, hand.deps.now()), events: taken });
  const undoing = { failures: 0, until: taken.until, error: null };
  return recordStep(hand, step, { record: { ...record, undoing }, events: taken.events });
}

// A step that an older Rekey began has no input on record.
function inputGivenTo({ run }: InHand, step: PlannedStep, { input }: StepRecord): JsonObject {
  return input ?? inputOf(run, step) ?? {};
}

function takenBack(record: StepRecord, now: Date): StepRecord {
  const common = { ...base(record), undoing: null };
  // Without attempts nothing is left of this generation, and the next one may begin.
  if (record.state === 'reset') return { ...common, attempts: 0, state: 'reset', why: record.why, outputs: null };
  return {
    ...common,
    endedAt: now,
    state: 'undone',
    outputs: record.state === 'done' ? record.outputs : {},
    // Kept, for it is why the run stopped: without it the next look would go forward again.
    error: errorOf(record),
  };
}

function failedUndo(record: StepRecord & { undoing: Undoing }, error: unknown, now: Date): StepRecord {
  const failures = record.undoing.failures + 1;
  const sentence = sentenceOf(error);
  if (failures >= ATTEMPTS || error instanceof PermanentFailure)
    return { ...record, undoing: null, undoError: sentence };
  const until = new Date(now.getTime() + FIRST_BACKOFF_MS * 4 ** (failures - 1));
  return { ...record, undoing: { failures, until, error: sentence } };
}
