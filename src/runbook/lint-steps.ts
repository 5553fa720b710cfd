import { asksForApproval } from './check-approvals.ts';
import { type Finding, finding, type RuleId } from './finding.ts';
import type { LoadedRunbook, SourceStep } from './loaded.ts';
import type { Complaint } from './problem.ts';

/** What is suspicious in the order and the conditions of the steps. */
export function lintSteps(runbook: LoadedRunbook): Finding[] {
  return runbook.steps.flatMap((step) => {
    const found: [RuleId, Complaint | null][] = [
      ['no-approval', withoutApproval(step, runbook)],
      ['unreachable', unreachable(step, runbook)],
      ['never-holds', neverHolds(step)],
      ['no-due', stopsForNothing(step)],
    ];
    return found.flatMap(([rule, complaint]) =>
      complaint === null ? [] : [finding(rule, { file: runbook.file, at: step.at, path: step.path }, complaint)],
    );
  });
}

function withoutApproval(step: SourceStep, runbook: LoadedRunbook): Complaint | null {
  if (step.effect !== 'destroys') return null;
  const approvals = runbook.steps.filter((other) => asksForApproval(other) && other.stage < step.stage);
  const approved = approvals.some((other) => alwaysBefore(other, step));
  if (approved || askedByNumber(step, approvals, runbook)) return null;
  return {
    expected: 'an approval before anything is destroyed',
    got: `\`${step.id}\` (${step.kind.uses}) without one that is sure to come first`,
    fix: 'write a step with `uses: approve` before it, without `when` and without `on_failure`',
  };
}

const BY_NUMBER = ['inputs.approvals == 1', 'inputs.approvals >= 2'];

/**
 * How many people have to agree may come with the run, from key-classes.yaml: one, more, or none for what policy agreed to in advance. Then
 * both questions have to be there, and a run that is started without the number asks somebody.
 */
function askedByNumber(step: SourceStep, approvals: readonly SourceStep[], { inputs }: LoadedRunbook): boolean {
  const spec = inputs.approvals;
  if (spec?.type !== 'int' || (spec.default ?? 1) < 1) return false;
  return BY_NUMBER.every((number) =>
    approvals.some(
      ({ facts, onFailure }) =>
        onFailure.kind === 'stop' &&
        facts.includes(number) &&
        facts.every((fact) => fact === number || step.facts.includes(fact)),
    ),
  );
}

// An approval that may be skipped, or after whose no the run goes on, protects nothing.
function alwaysBefore(approval: SourceStep, step: SourceStep): boolean {
  if (step.facts.includes(`has(steps.${approval.id})`)) return true;
  return approval.onFailure.kind === 'stop' && approval.facts.every((fact) => step.facts.includes(fact));
}

/** A step whose condition asks for the opposite of what is known there never runs. */
function unreachable(step: SourceStep, { steps }: LoadedRunbook): Complaint | null {
  const facts = new Set(step.facts);
  for (const fact of facts) {
    const id = /^has\(steps\.([a-z0-9_]+)\)$/.exec(fact)?.[1];
    for (const implied of steps.find((other) => other.id === id)?.facts ?? []) facts.add(implied);
  }
  const contradiction = [...facts].find((fact) => isImpossible(fact, facts));
  if (contradiction === undefined) return null;
  return {
    expected: 'a step that can be reached',
    got: `\`${step.id}\`, for which \`${contradiction}\` can never hold together with the rest`,
    fix: 'remove the step, or correct its `when`',
  };
}

/** The same of a condition that it asserts or waits for. */
function neverHolds({ id, facts, conditions }: SourceStep): Complaint | null {
  for (const parts of conditions.values()) {
    const all = new Set([...facts, ...parts]);
    const contradiction = parts.find((part) => isImpossible(part, all));
    if (contradiction !== undefined)
      return {
        expected: 'a condition that can hold',
        got: `\`${id}\`, for which \`${contradiction}\` can never hold together with the rest`,
        fix: 'correct the condition, or the `when` of its step',
      };
  }
  return null;
}

const EQUALS = /^([a-z0-9_.]+) == ("[^"]*")$/;

function isImpossible(fact: string, facts: ReadonlySet<string>): boolean {
  if (fact === 'false' || facts.has(`!${fact}`) || facts.has(`!(${fact})`)) return true;
  const [, path, word] = EQUALS.exec(fact) ?? [];
  return [...facts].some((other) => {
    const [, samePath, otherWord] = EQUALS.exec(other) ?? [];
    return (samePath !== undefined && samePath === path && otherWord !== word) || other === `${path} != ${word}`;
  });
}

// People who are asked need a day by which somebody notices that they did not answer.
function stopsForNothing(step: SourceStep): Complaint | null {
  const asksPeople = step.kind.uses === 'ask';
  if (!asksPeople || step.due !== null) return null;
  return {
    expected: '`due` on a step that waits for a person',
    got: `\`${step.id}\` without it`,
    fix: 'write `due: 30m`, so that an unanswered question is noticed',
  };
}
