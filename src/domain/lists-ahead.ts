import { PermanentFailure } from '../errors.ts';
import { type Plan, type PlannedStep, stepsOf } from './plan.ts';
import { isOver, type JsonObject, type Run, scopeOf } from './run.ts';

/**
 * What the runs would be given that this step and those after it start for the items of a list, as far as `each` stands on them; null while
 * such a list has still to be found. A step that cannot begin any more starts none.
 */
export function listsAhead(plan: Plan, run: Run, step: Pick<PlannedStep, 'id'>): JsonObject[] | null {
  const stages = [...plan.stages, ...plan.finally];
  const at = stages.findIndex((stage) => stage.some((one) => one.id === step.id));
  const earlier = new Set(stages.slice(0, at).flatMap((stage) => stage.map((one) => one.id)));
  const found: JsonObject[] = [];
  for (const one of stepsOf(plan)) {
    if (one.each === null || earlier.has(one.id) || isOver(run.steps[one.id])) continue;
    if (cannotBegin(one, run) || isForeseen(one, { run, earlier })) continue;
    const items = itemsNow(one, run);
    if (items === null) return null;
    found.push(...items);
  }
  return found;
}

function cannotBegin({ needs, when }: PlannedStep, run: Run): boolean {
  const isGone = (id: string) => isOver(run.steps[id]) && run.steps[id]?.state !== 'done';
  if ([...needs].some(isGone)) return true;
  if (when === null || ![...when.reads].every((id) => isOver(run.steps[id]))) return false;
  try {
    return !when.holds(scopeOf(run));
  } catch {
    // A condition that cannot be answered fails its step.
    return true;
  }
}

/** Before a run begins, nothing is known of what its first steps will find, and it will be when people are asked after them. */
function isForeseen({ needs }: PlannedStep, { run, earlier }: { run: Run; earlier: ReadonlySet<string> }): boolean {
  return [...needs].some((id) => earlier.has(id) && run.steps[id] === undefined);
}

function itemsNow({ each }: PlannedStep, run: Run): JsonObject[] | null {
  try {
    return each?.items(scopeOf(run)).map(({ inputs }) => inputs) ?? [];
  } catch (error) {
    if (error instanceof PermanentFailure) return null;
    throw error;
  }
}
