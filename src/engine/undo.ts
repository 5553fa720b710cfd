import type { PlannedStep } from '../domain/plan.ts';
import { type JsonObject, type StepRecord, scopeOf } from '../domain/run.ts';
import { sentenceOf } from '../errors.ts';
import { LeaseLost } from '../ledger/ledger.ts';
import { base, type InHand, recordStep } from './perform.ts';
import { stepContext } from './step-context.ts';

const ATTEMPTS = 3;

/** Takes one step back. It has tries of its own; one that fails for good is recorded and shown, and the others still run. */
export async function undoStep(hand: InHand, step: PlannedStep): Promise<void> {
  const record = hand.run.steps[step.id];
  const kind = hand.deps.stepKinds.get(step.uses);
  if (record === undefined || kind?.undo.kind !== 'undo') return;
  const outputs = record.state === 'done' ? record.outputs : null;
  const context = { ...stepContext(hand.deps, { ...hand, step, record }), input: inputOf(hand, step), outputs };
  for (let attempt = 1; ; attempt++) {
    try {
      const events = await kind.undo.undo(context);
      const undone: StepRecord = { ...base(record), endedAt: hand.deps.now(), state: 'undone', outputs: outputs ?? {} };
      return await recordStep(hand, step, { record: undone, events });
    } catch (error) {
      if (error instanceof LeaseLost) throw error;
      hand.deps.log.warn({ err: error, run: hand.run.id, step: step.id, attempt }, 'undo failed');
      if (attempt === ATTEMPTS)
        return recordStep(hand, step, { record: { ...record, undoError: sentenceOf(error) }, events: [] });
    }
  }
}

function inputOf(hand: InHand, step: PlannedStep): JsonObject {
  try {
    return step.resolve(scopeOf(hand.run));
  } catch {
    // A step that failed because its own references could not be resolved had no effect to find by them.
    return {};
  }
}
