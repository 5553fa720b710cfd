import { type Finding, finding } from './finding.ts';
import type { LoadedRunbook, SourceStep } from './loaded.ts';
import type { Complaint } from './problem.ts';

/** What can be taken back, and until when people may believe it. */
export function lintFinals(runbook: LoadedRunbook): Finding[] {
  return runbook.steps.flatMap((step) => {
    const place = { file: runbook.file, at: step.at, path: step.path };
    const noWay = withoutWayBack(step);
    const tooLate = undoneNever(step, runbook.steps);
    return [
      ...(noWay === null ? [] : [finding('no-way-back', place, noWay)]),
      ...(tooLate === null ? [] : [finding('undo-after-final', place, tooLate)]),
    ];
  });
}

/** A kind that destroys and calls itself harmless to take back would be counted as undone when a run fails. */
function withoutWayBack({ id, kind, effect }: SourceStep): Complaint | null {
  if (effect !== 'destroys' || kind.undo.kind !== 'nothing') return null;
  return {
    expected: 'a step that destroys to have an undo, or to be a point of no return',
    got: `\`${id}\` (${kind.uses}), which has neither: ${kind.undo.why}`,
    fix: 'declare one of them in its step kind, or use another kind',
  };
}

/** After a point of no return that is sure to have been passed, an undo is never called. */
function undoneNever(step: SourceStep, steps: readonly SourceStep[]): Complaint | null {
  if (step.kind.undo.kind !== 'undo' || step.phase === 'finally') return null;
  const final = steps.find((other) => other.stage < step.stage && isSureFinal(other, step));
  if (final === undefined) return null;
  return {
    expected: 'what has an undo before the point of no return',
    got: `\`${step.id}\` (${step.kind.uses}) after \`${final.id}\`, from which on nothing is taken back`,
    fix: `move it before \`${final.id}\`, or say in a question what people do when it has to be taken back`,
  };
}

function isSureFinal({ kind, facts, onFailure }: SourceStep, step: SourceStep): boolean {
  return (
    kind.undo.kind === 'point_of_no_return' &&
    onFailure.kind === 'stop' &&
    facts.every((fact) => step.facts.includes(fact))
  );
}
