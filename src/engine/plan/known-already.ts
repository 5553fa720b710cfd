import { type Plan, stepsOf } from '../../domain/plan.ts';
import type { Run, StepRecord } from '../../domain/run.ts';
import { isToCome } from '../../domain/to-come.ts';
import { typeOf } from '../../runbook/types.ts';
import { outputsOf } from '../../steps/contract.ts';
import type { EngineDeps } from '../deps.ts';
import { openOutputs } from './open-value.ts';
import type { KnownStep } from './will-run.ts';

/** What a run that is under way knows already: the steps that are over, and those in hand as if they ended well. Nothing for a new one. */
export interface KnownAlready {
  steps: Map<string, KnownStep>;
  records: Run['steps'];
}

export function knownAlready({ stepKinds }: Pick<EngineDeps, 'stepKinds'>, plan: Plan, run: Run): KnownAlready {
  const known: KnownAlready = { steps: new Map(), records: {} };
  for (const step of stepsOf(plan)) {
    const record = run.steps[step.id];
    if (record === undefined || isToCome(record)) continue;
    const kind = stepKinds.get(step.uses);
    if (kind === undefined) continue;
    const type = typeOf(step.each !== null && kind.each !== undefined ? kind.each.outputs : outputsOf(kind, {}));
    const outputs = record.state === 'done' ? record.outputs : openOutputs(type, step.id, {});
    known.steps.set(step.id, { present: presenceOf(record), outputs, type });
    known.records[step.id] =
      record.state === 'waiting' || record.state === 'started'
        ? { ...record, state: 'done', outputs, endedAt: null }
        : record;
  }
  return known;
}

function presenceOf({ state }: StepRecord): KnownStep['present'] {
  // What is waited for is looked past: the question is what comes after a yes.
  if (state === 'done' || state === 'waiting' || state === 'started') return 'yes';
  return state === 'in_doubt' ? 'maybe' : 'no';
}
