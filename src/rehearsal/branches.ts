import { type Plan, type PlannedStep, type Stage, stepsOf } from '../domain/plan.ts';
import type { LoadedRunbook, SourceStep } from '../runbook/loaded.ts';

/** A way that a run can take and that some case has to take. */
export interface Branch {
  /** `admin_works/when`, `go/not_approved`, `mint/undone`; `mint` for the step itself. */
  id: string;
  kind: 'step' | 'branch';
  step: string;
  line: number;
  column: number;
  /** What no case does yet, in words. */
  gap: string;
}

/**
 * What there is to cover in a runbook. Stopping at a failure is no branch of its own, because every step can fail; what a runbook says about
 * failing is: `on_failure`, a no that does not end the run, an approval that is not given, and each step that is then taken back.
 */
export function branchesOf(runbook: LoadedRunbook, noGoesOn: ReadonlySet<string>): Branch[] {
  const undoable = undoableIn(runbook.plan);
  const each = new Set(stepsOf(runbook.plan).flatMap((step) => (step.each === null ? [] : [String(step.id)])));
  return [
    ...runbook.startOn.map(({ alert, at }): Branch => {
      const gap = `no case is started by the alert ${alert}`;
      return { id: `start_on/${alert}`, kind: 'branch', step: 'start_on', ...at, gap };
    }),
    ...runbook.steps.flatMap((step) => ofStep(step, { undoable, noGoesOn, each })),
  ];
}

interface Ways {
  undoable: ReadonlySet<string>;
  noGoesOn: ReadonlySet<string>;
  each: ReadonlySet<string>;
}

function ofStep(step: SourceStep, { undoable, noGoesOn, each }: Ways): Branch[] {
  const { id, at } = step;
  const branch = (name: string, gap: string): Branch => ({ id: `${id}/${name}`, kind: 'branch', step: id, ...at, gap });
  const found: Branch[] = [{ id, kind: 'step', step: id, ...at, gap: 'it is done in no case' }];
  if (step.when !== null) {
    found.push(branch('when', `its \`when\` never holds: ${step.when}`));
    found.push(branch('when_not', `its \`when\` always holds: ${step.when}`));
  }
  if (step.onFailure.kind !== 'stop') found.push(branch('fails', `it never fails, so ${goesTo(step)} is never taken`));
  if (asksForApproval(step)) {
    found.push(branch('approved', 'it is approved in no case'));
    found.push(branch('not_approved', 'it is neither denied nor left to expire in any case'));
  }
  if (step.kind.uses === 'ask') found.push(branch('yes', 'nobody answers yes in any case'));
  if (noGoesOn.has(id)) found.push(branch('no', 'nobody answers no in any case, and the run would go on after it'));
  if (each.has(id)) found.push(branch('item_fails', 'the run of no item fails in any case'));
  if (undoable.has(id)) found.push(branch('undone', 'it is taken back in no case'));
  return found;
}

function goesTo({ onFailure }: SourceStep): string {
  return onFailure.kind === 'step' ? `on_failure: ${onFailure.step}` : `on_failure: ${onFailure.kind}`;
}

function asksForApproval(step: SourceStep): boolean {
  return step.mentions.some(({ meaning }) => meaning === 'approval_rule');
}

/** Steps that can still be taken back when they are over: nothing that always runs before them is final. */
function undoableIn(plan: Plan): Set<string> {
  const found = new Set<string>();
  for (const stage of plan.stages) {
    for (const step of stage) if (step.undo === 'undo') found.add(step.id);
    if (isFinal(stage)) return found;
  }
  return found;
}

function isFinal(stage: Stage): boolean {
  return stage.some((step: PlannedStep) => step.undo === 'point_of_no_return' && step.when === null);
}
