import { checkNode } from '../runbook/check-node.ts';
import type { LoadedRunbook } from '../runbook/loaded.ts';
import { childOf, describeNode, type Node } from '../runbook/node.ts';
import { parseYaml } from '../runbook/parse.ts';
import { type Report, type RunbookProblem, startReport } from '../runbook/problem.ts';
import { listed, suggestion } from '../runbook/suggest.ts';
import { Rehearsal, type RehearsalCase } from './schema.ts';

export interface ReadRehearsal {
  file: string;
  text: string;
  rehearsal: Rehearsal;
  /** Where each case begins, by its place in the list. */
  lineOfCase: (index: number) => number;
}

export type CheckedRehearsal =
  | { kind: 'read'; read: ReadRehearsal }
  | { kind: 'refused'; problems: readonly RunbookProblem[] };

/** A rehearsal file, or everything that is wrong with it where it stands: shape first, then names that point at nothing. */
export function readRehearsal(
  text: string,
  file: string,
  runbooks: ReadonlyMap<string, LoadedRunbook>,
): CheckedRehearsal {
  const report = startReport(file);
  const root = parseYaml(text, report);
  if (root !== null && root.kind !== 'map')
    report.add(root.at, '', { expected: 'a mapping', got: describeNode(root), fix: 'write `rehearses: R-…` first' });
  const rehearsal = root?.kind === 'map' ? checkNode(Rehearsal, { node: root, path: '', report }) : null;
  if (rehearsal === null || root === null) return { kind: 'refused', problems: report.problems() };
  refuseUnknownNames(rehearsal, { root, runbooks, report });
  if (report.count() > 0) return { kind: 'refused', problems: report.problems() };
  const lineOfCase = (index: number) => nodeAt(root, ['cases', index]).at.line;
  return { kind: 'read', read: { file, text, rehearsal, lineOfCase } };
}

interface Naming {
  root: Node;
  runbooks: ReadonlyMap<string, LoadedRunbook>;
  report: Report;
}

function refuseUnknownNames(rehearsal: Rehearsal, naming: Naming): void {
  const { root, runbooks, report } = naming;
  const runbook = runbooks.get(rehearsal.rehearses);
  if (runbook === undefined) {
    const known = [...runbooks.keys()];
    const got = `\`${rehearsal.rehearses}\``;
    const fix = suggestion(rehearsal.rehearses, known);
    report.add(nodeAt(root, ['rehearses']).at, 'rehearses', { expected: `a runbook: ${listed(known)}`, got, fix });
    return;
  }
  refuseRepeatedNames(rehearsal.cases, naming);
  for (const [index, one] of rehearsal.cases.entries()) refuseUnknownSteps(one, index, { ...naming, runbook });
}

function refuseRepeatedNames(cases: readonly RehearsalCase[], { root, report }: Naming): void {
  const seen = new Set<string>();
  for (const [index, { name }] of cases.entries()) {
    if (seen.has(name))
      report.add(nodeAt(root, ['cases', index, 'name']).at, `cases[${index}].name`, {
        expected: 'a name that no other case has',
        got: `\`${name}\` a second time`,
        fix: 'write another name',
      });
    seen.add(name);
  }
}

function refuseUnknownSteps(
  one: RehearsalCase,
  index: number,
  { root, runbook, report }: Naming & { runbook: LoadedRunbook },
): void {
  const known: string[] = runbook.steps.map((step) => step.id);
  const places: [readonly string[], Iterable<string>][] = [
    [['answers'], Object.keys(one.answers)],
    [['outside'], Object.keys(one.outside)],
    [['expect', 'path'], Object.keys(one.expect?.path ?? {})],
    [['expect', 'because'], Object.keys(one.expect?.because ?? {})],
  ];
  for (const [path, names] of places)
    for (const name of names) {
      if (known.includes(firstStepOf(name))) continue;
      const map = nodeAt(root, ['cases', index, ...path]);
      const at = map.kind === 'map' ? (map.entries.get(name)?.keyAt ?? map.at) : map.at;
      report.add(at, `cases[${index}].${path.join('.')}.${name}`, {
        expected: `a step of ${runbook.id}`,
        got: `\`${name}\``,
        fix: suggestion(firstStepOf(name), known),
      });
    }
}

/** `break_glass` of `break_glass.opened` and of `break_glass[stripe-prod].opened`. */
function firstStepOf(address: string): string {
  return address.split(/[.[]/)[0] ?? address;
}

function nodeAt(root: Node, path: readonly PropertyKey[]): Node {
  return path.reduce<Node>((found, key) => childOf(found, key) ?? found, root);
}
