import { PHASES, type Phase } from '../domain/run.ts';
import type { StepKind } from '../steps/contract.ts';
import { checkNode } from './check-node.ts';
import { describeNode, joinPath, type MapNode, type Node } from './node.ts';
import { type Complaint, type Position, quote, type Report } from './problem.ts';
import { StepFields } from './schema.ts';
import { didYouMean, listed, suggestion } from './suggest.ts';

/** A step whose own fields were read; null where they were refused, so that later steps can still be checked. */
export interface Draft {
  id: string;
  phase: Phase | 'finally';
  kind: StepKind | null;
  fields: StepFields | null;
  node: MapNode;
  path: string;
}

export interface Section {
  name: Phase | 'finally';
  stages: Draft[][];
  waived: string | null;
}

/** The five phases and `finally`, each as stages of steps. */
export function readSections(root: MapNode, catalogue: readonly StepKind[], report: Report): Section[] {
  const reading: Reading = { catalogue, report, seen: new Map() };
  refuseDisorder(root, report);
  return [...PHASES, 'finally' as const].map((name) => readSection(name, root, reading));
}

interface Reading {
  catalogue: readonly StepKind[];
  report: Report;
  /** Where each id was used first. */
  seen: Map<string, Position>;
}

function refuseDisorder(root: MapNode, report: Report): void {
  const order: readonly string[] = [...PHASES, 'finally'];
  let last = -1;
  for (const [name, { keyAt }] of root.entries) {
    const index = order.indexOf(name);
    if (index === -1) continue;
    if (index < last)
      report.add(keyAt, name, {
        expected: `the phases in the order ${order.join(', ')}`,
        got: `\`${name}\` after \`${order[last]}\``,
        fix: `write \`${name}\` before \`${order[last]}\``,
      });
    last = Math.max(last, index);
  }
}

function readSection(name: Section['name'], root: MapNode, reading: Reading): Section {
  const node = root.entries.get(name)?.node;
  if (node === undefined) {
    if (name !== 'finally') reading.report.add(root.at, name, missingPhase(name));
    return { name, stages: [], waived: null };
  }
  if (name !== 'finally' && node.kind === 'map') return { name, stages: [], waived: readWaiver(name, node, reading) };
  if (node.kind === 'list' && node.nodes.length > 0) {
    const stages = node.nodes.map((entry, index) =>
      readStage(name, { node: entry, path: joinPath(name, index) }, reading),
    );
    return { name, stages, waived: null };
  }
  const waiver = name === 'finally' ? 'or leave `finally` out' : 'or `waived: <why>` when there is nothing to do';
  const fix = `write \`- id: …\` with \`uses: …\`, ${waiver}`;
  reading.report.add(node.at, name, { expected: 'a list of steps', got: describeNode(node), fix });
  return { name, stages: [], waived: null };
}

function missingPhase(name: string): Complaint {
  const fix = `write \`${name}:\` with steps, or \`${name}: { waived: "…" }\` when there is nothing to do`;
  return { expected: `\`${name}:\`: every runbook has all five phases`, got: 'nothing', fix };
}

function readWaiver(name: string, node: MapNode, { report }: Reading): string | null {
  const why = node.entries.get('waived')?.node;
  const text = why?.kind === 'scalar' && typeof why.value === 'string' ? why.value.trim() : '';
  if (node.entries.size === 1 && text !== '') return text;
  report.add(node.at, name, {
    expected: 'a list of steps, or `waived:` with the reason',
    got: why === undefined ? describeNode(node) : describeNode(why),
    fix: `write \`${name}: { waived: "…" }\` or a list that begins with \`- id: …\``,
  });
  return null;
}

function readStage(phase: Section['name'], { node, path }: { node: Node; path: string }, reading: Reading): Draft[] {
  const group = node.kind === 'map' ? node.entries.get('parallel') : undefined;
  if (group === undefined) return readStep(phase, { node, path }, reading);
  const steps = group.node.kind === 'list' ? group.node.nodes : [];
  if (steps.length < 2 || (node.kind === 'map' && node.entries.size > 1))
    reading.report.add(group.keyAt, path, {
      expected: '`parallel:` with at least two steps and nothing beside it',
      got: describeNode(group.node),
      fix: 'write `- parallel: [ … ]`, or the step alone',
    });
  return steps.flatMap((step, index) =>
    readStep(phase, { node: step, path: `${joinPath(path, 'parallel')}[${index}]` }, reading),
  );
}

function readStep(phase: Section['name'], { node, path }: { node: Node; path: string }, reading: Reading): Draft[] {
  const { report } = reading;
  if (node.kind !== 'map') {
    const fix = 'write `- id: …` with `uses: …`';
    report.add(node.at, path, { expected: 'a step with `id` and `uses`', got: describeNode(node), fix });
    return [];
  }
  const fields = checkNode(StepFields, { node, path, report });
  const id = textOf(node, 'id');
  refuseDoubles(id, node, { path, reading });
  return [{ id, phase, kind: kindOf(node, path, reading), fields, node, path }];
}

function refuseDoubles(id: string, node: MapNode, { path, reading }: { path: string; reading: Reading }): void {
  const first = reading.seen.get(id);
  const at = node.entries.get('id')?.node.at ?? node.at;
  if (first === undefined) reading.seen.set(id, at);
  else if (id !== '')
    reading.report.add(at, joinPath(path, 'id'), {
      expected: 'an id that no other step has',
      got: `${quote(id)}, the step on line ${first.line}`,
      fix: 'write another id',
    });
}

function kindOf(node: MapNode, path: string, { catalogue, report }: Reading): StepKind | null {
  const uses = textOf(node, 'uses');
  const kind = catalogue.find((one) => one.uses === uses);
  const known = catalogue.map((one) => one.uses);
  const entry = node.entries.get('uses');
  if (kind === undefined && entry !== undefined && uses !== '')
    report.add(entry.node.at, joinPath(path, 'uses'), {
      // Beside the one that was meant, three dozen others are what nobody reads in Slack.
      expected: didYouMean(uses, known) === null ? `a step kind: ${listed(known)}` : 'a step kind',
      got: quote(uses),
      fix: suggestion(uses, known),
    });
  return kind ?? null;
}

function textOf(node: MapNode, key: string): string {
  const found = node.entries.get(key)?.node;
  return found?.kind === 'scalar' && typeof found.value === 'string' ? found.value : '';
}
