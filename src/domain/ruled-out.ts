import type { StepId } from './ids.ts';
import { type Plan, type PlannedStep, stepsOf } from './plan.ts';
import { isOver, type Run, scopeOf } from './run.ts';

/**
 * Steps to come that will be left out, because everything their condition looks at is settled already and it does not hold. People who
 * decide see what will happen, not everything that the runbook can do. A condition that still depends on something rules nothing out.
 */
export function ruledOut(plan: Plan, run: Run): ReadonlySet<StepId> {
  const out = new Set<StepId>();
  const settled = new Set<string>(Object.values(run.steps).flatMap((record) => (isOver(record) ? record.step : [])));
  for (const step of stepsOf(plan)) {
    const record = run.steps[step.id];
    if ((record !== undefined && record.state !== 'reset') || !cannotHold(step, run, settled)) continue;
    out.add(step.id);
    settled.add(step.id);
  }
  return out;
}

function cannotHold({ when }: PlannedStep, run: Run, settled: ReadonlySet<string>): boolean {
  if (when === null || [...when.reads].some((id) => !settled.has(id))) return false;
  try {
    return !when.holds(scopeOf(run));
  } catch {
    // The run itself will say what is wrong with it.
    return false;
  }
}
