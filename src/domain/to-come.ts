import { type Plan, type PlannedStep, stepsOf } from './plan.ts';
import { ruledOut } from './ruled-out.ts';
import type { Run, StepRecord } from './run.ts';

/** Has not done yet what it will do: it has not begun, is to begin again, or waits to be tried once more. */
export function isToCome(record: StepRecord | undefined): boolean {
  if (record === undefined || record.state === 'reset') return true;
  return record.state === 'waiting' && record.waiting.kind === 'retry' && record.waiting.resumes === null;
}

/** What a run still does when nothing stands in its way; what its conditions rule out already is left out. */
export function stepsToCome(plan: Plan, run: Run): PlannedStep[] {
  const out = ruledOut(plan, run);
  return stepsOf(plan).filter(({ id }) => isToCome(run.steps[id]) && !out.has(id));
}
