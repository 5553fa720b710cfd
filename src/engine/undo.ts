import type { PlannedStep } from '../domain/plan.ts';
import { errorOf, type JsonObject, type StepRecord, scopeOf } from '../domain/run.ts';
import { PermanentFailure, sentenceOf } from '../errors.ts';
import { type InHand, isNotTheStep, recordStep, withDeadline } from './perform.ts';
import { stepContext } from './step-context.ts';
import { base } from './step-record.ts';

const ATTEMPTS = 3;

/** Takes one step back. It has tries of its own; one that fails for good is recorded and shown, and the others still run. */
export async function undoStep(hand: InHand, step: PlannedStep): Promise<void> {
  const record = hand.run.steps[step.id];
  if (record === undefined) return;
  for (let attempt = 1; ; attempt++) {
    try {
      return await undoOnce(hand, step, record);
    } catch (error) {
      if (isNotTheStep(error)) throw error;
      hand.deps.log.warn({ err: error, run: hand.run.id, step: step.id, attempt }, 'undo failed');
      if (attempt === ATTEMPTS || error instanceof PermanentFailure)
        return recordStep(hand, step, { record: { ...record, undoError: sentenceOf(error) }, events: [] });
    }
  }
}

async function undoOnce(hand: InHand, step: PlannedStep, record: StepRecord): Promise<void> {
  const kind = hand.deps.stepKinds.get(step.uses);
  if (kind?.undo.kind !== 'undo')
    throw new PermanentFailure(`This Rekey does not know how to take back a ${step.uses}.`);
  const outputs = record.state === 'done' ? record.outputs : null;
  const context = { ...stepContext(hand.deps, { ...hand, step, record }), input: inputOf(hand, step), outputs };
  const events = await withDeadline(kind.undo.undo(context), context.signal, step);
  const undone: StepRecord = {
    ...base(record),
    endedAt: hand.deps.now(),
    state: 'undone',
    outputs: outputs ?? {},
    // Kept, for it is why the run stopped: without it the next look would go forward again.
    error: errorOf(record),
  };
  await recordStep(hand, step, { record: undone, events });
}

function inputOf(hand: InHand, step: PlannedStep): JsonObject {
  try {
    return step.resolve(scopeOf(hand.run));
  } catch {
    // A step that failed because its own references could not be resolved had no effect to find by them.
    return {};
  }
}
