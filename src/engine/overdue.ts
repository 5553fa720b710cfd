import { isNeverGuessed, type PlannedStep } from '../domain/plan.ts';
import type { StepRecord } from '../domain/run.ts';
import { letGo } from './children.ts';
import { contextOfStep, type InHand } from './perform.ts';
import { base } from './step-record.ts';

/** Ends a step that had begun and was not over when a deadline passed. An answer that came in the same moment counts: then nothing is done. */
export async function endOverdueStep(hand: InHand, step: PlannedStep, error: string): Promise<void> {
  await hand.deps.ledger.record(contextOfStep(hand, step), async ({ read }) => {
    const run = await read.run(hand.run.id);
    const record = run?.steps[step.id];
    if (run === null || record === undefined || (record.state === 'waiting' && record.answered))
      return { events: [], result: undefined };
    const ended = endedBy(error, { step, record, now: hand.deps.now() });
    const reason = `${run.runbook.id} (${run.id}), step ${step.id}: ${error}`;
    const over = ended.state === 'failed' ? await letGo(read, record, { run: run.id, reason }) : [];
    return { events: [...over, { type: 'step_recorded', run: run.id, record: ended }], result: undefined };
  });
}

// A deadline says nothing of what an attempt did: where that must not be guessed, and where the runbook says so, a person is asked.
function endedBy(
  error: string,
  { step, record, now }: { step: PlannedStep; record: StepRecord; now: Date },
): StepRecord {
  const isAsked = isNeverGuessed(step) || (step.onFailure.kind === 'ask' && step.effect !== 'reads');
  if (record.attempts > 0 && isAsked)
    return { ...base(record), state: 'in_doubt', question: `${step.id}: ${error}. Did it take effect all the same?` };
  return { ...base(record), endedAt: now, state: 'failed', error };
}
