import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Stage } from '../domain/plan.ts';
import { PHASES } from '../domain/run.ts';
import { outputsOf, type StepKind } from '../steps/contract.ts';
import type { Meaning } from '../steps/fields.ts';
import { checkApprovals } from './check-approvals.ts';
import { checkNode } from './check-node.ts';
import { checkPlaces, writtenIn } from './check-places.ts';
import { type CompiledStep, compileStep } from './compile-step.ts';
import { compileConditionAt } from './conditions.ts';
import { type Draft, readSections, type Section } from './drafts.ts';
import { type Flow, startFlow } from './flow.ts';
import { typeOfInput } from './inputs.ts';
import type { AlertSignal, Compiled, LoadedRunbook, StartOn } from './loaded.ts';
import { childOf, describeNode, type MapNode, type Node, plain } from './node.ts';
import { parseYaml } from './parse.ts';
import { type Position, type Report, startReport } from './problem.ts';
import { type Grants, InputSpec, RunbookHead } from './schema.ts';
import type { ScopeTypes } from './scope.ts';
import { typeOf, UNKNOWN, type ValueType } from './types.ts';

/**
 * A runbook's text as something that can run, or every problem of it in reading order. Pure: the same text and catalogue always give
 * the same plan, so a run that pinned its text finishes on it whatever the files say today.
 */
export function compileRunbook(text: string, file: string, catalogue: readonly StepKind[]): Compiled {
  const report = startReport(file);
  const root = parseYaml(text, report);
  if (root?.kind === 'map') {
    const runbook = compileRoot(root, { text, catalogue, report });
    if (runbook !== null && report.count() === 0) return { kind: 'loaded', runbook };
  } else if (root !== null)
    report.add(root.at, '', { expected: 'a mapping', got: describeNode(root), fix: 'write `runbook: R-…` first' });
  return { kind: 'refused', problems: report.problems() };
}

interface Source {
  text: string;
  catalogue: readonly StepKind[];
  report: Report;
}

function compileRoot(root: MapNode, { text, catalogue, report }: Source): LoadedRunbook | null {
  const head = checkNode(RunbookHead, { node: root, path: '', report });
  const sections = readSections(root, catalogue, report);
  const isWhole = PHASES.every((phase) => root.entries.has(phase));
  const everyStep = isWhole ? sections.flatMap((section) => section.stages.flat().map((draft) => draft.id)) : null;
  const compiled = compileSections(sections, { report, flow: startFlow(inputTypes(root), everyStep) });
  const startOn = compileStartOn(root, report);
  checkPlaces(sections, compiled, report);
  const steps = [...compiled.values()].flat(2);
  checkApprovals(sections, steps, report);
  refuseUngranted(steps, head?.grants ?? null, report);
  if (head === null || report.count() > 0) return null;
  const hash = createHash('sha256').update(text).digest('hex');
  const waivers = sections.flatMap(({ name, waived }) => (waived === null ? [] : [[name, waived] as const]));
  const plan = {
    id: head.runbook,
    title: head.title,
    owner: head.owner,
    hash,
    waived: Object.fromEntries(waivers),
    deadlinesMs: Object.fromEntries(
      Object.entries(head.deadlines).flatMap(([of, ms]) => (ms === undefined ? [] : [[of, ms]])),
    ),
    hosts: head.grants.hosts,
    openRuns: head.open_runs,
    stages: PHASES.flatMap((phase) => plannedOf(compiled.get(phase))),
    finally: plannedOf(compiled.get('finally')),
  };
  return {
    id: head.runbook,
    title: head.title,
    owner: head.owner,
    reviewBy: head.review_by,
    appliesTo: head.applies_to,
    startOn,
    inputs: head.inputs,
    grants: head.grants,
    plan,
    hash,
    text,
    file: report.file,
    at: root.at,
    inputsAt: placesIn(root, 'inputs'),
    deadlinesAt: deadlinePlaces(root),
    steps: steps.map((step) => step.source),
  };
}

function plannedOf(stages: readonly CompiledStep[][] | undefined): Stage[] {
  return (stages ?? []).map((stage) => stage.map((step) => step.planned));
}

function placesIn(root: MapNode, name: string): Map<string, Position> {
  const node = root.entries.get(name)?.node;
  return new Map(node?.kind === 'map' ? [...node.entries].map(([key, entry]) => [key, entry.keyAt]) : []);
}

function deadlinePlaces(root: MapNode): LoadedRunbook['deadlinesAt'] {
  const places = placesIn(root, 'deadlines');
  return new Map(
    [...PHASES, 'run' as const].flatMap((of) => (places.has(of) ? [[of, places.get(of) ?? root.at]] : [])),
  );
}

interface Compiling {
  report: Report;
  flow: Flow;
}

/** Walks the steps in the order in which they run; each sees what is over before it begins. */
function compileSections(sections: readonly Section[], compiling: Compiling): Map<Section['name'], CompiledStep[][]> {
  const compiled = new Map<Section['name'], CompiledStep[][]>();
  let stage = 0;
  for (const section of sections) {
    if (section.name === 'finally') compiling.flow.enterFinally();
    const stages = section.stages.map((drafts, index) => {
      const following = section.stages.slice(index + 1).flat();
      const later = section.name === 'finally' ? following : [...following, ...afterwards(sections, section)];
      stage += 1;
      return compileStage(drafts, { ...compiling, stage, later: later.map((draft) => draft.id) });
    });
    compiled.set(section.name, stages);
  }
  return compiled;
}

function afterwards(sections: readonly Section[], section: Section): Draft[] {
  const rest = sections.slice(sections.indexOf(section) + 1).filter((one) => one.name !== 'finally');
  return rest.flatMap((one) => one.stages.flat());
}

function compileStage(
  drafts: readonly Draft[],
  { report, flow, stage, later }: Compiling & { stage: number; later: readonly string[] },
): CompiledStep[] {
  const scope = flow.enter(drafts.map((draft) => draft.id));
  const done = drafts.map((draft) => ({ draft, step: compileStep(draft, { scope, report, stage, later }) }));
  flow.leave(
    done.map(({ draft, step }) => ({
      id: draft.id,
      outputs: typeOfOutputs(draft),
      facts: step?.source.facts ?? [],
      onFailure: step?.planned.onFailure ?? { kind: 'stop' },
    })),
  );
  return done.flatMap(({ step }) => (step === null ? [] : [step]));
}

function typeOfOutputs({ kind, node }: Draft): ValueType {
  if (kind === null) return UNKNOWN;
  return typeOf(
    kind.each !== undefined && node.entries.has('each') ? kind.each.outputs : outputsOf(kind, writtenIn(node)),
  );
}

/** The shape of `inputs`, as far as it can be read; what is broken there is reported by the head. */
function inputTypes(root: MapNode): ValueType {
  const node = root.entries.get('inputs')?.node;
  const entries = node?.kind === 'map' ? [...node.entries] : [];
  const fields = entries.map(([name, entry]): [string, ValueType] => {
    const spec = InputSpec.safeParse(plain(entry.node));
    return [name, spec.success ? typeOfInput(spec.data) : UNKNOWN];
  });
  return { shape: { kind: 'object', isKey: false, fields: new Map(fields) }, nullable: false, meaning: null };
}

function compileStartOn(root: MapNode, report: Report): StartOn[] {
  const list = root.entries.get('start_on')?.node;
  const nodes = list?.kind === 'list' ? list.nodes : [];
  return nodes.flatMap((node, index): StartOn[] => {
    const [alert, when] = [textOf(node, 'alert'), textOf(node, 'when')];
    if (alert === null) return [];
    if (when === null) return [{ alert: alert.text, at: node.at, when: null }];
    const place = { node: when.node, path: `start_on[${index}].when` };
    const condition = compileConditionAt(when.text, place, { scope: ALERT_SCOPE, report });
    if (condition === null) return [];
    const holds = ({ source, count, windowMinutes }: AlertSignal) =>
      condition.holds({ alert: { source, count, window_minutes: windowMinutes } });
    return [{ alert: alert.text, at: node.at, when: { text: condition.text, holds } }];
  });
}

const ALERT_SCOPE: ScopeTypes = {
  roots: new Map([['alert', typeOf(z.object({ source: z.string(), count: z.int(), window_minutes: z.int() }))]]),
  steps: new Map(),
  uncertain: new Set(),
  everyStep: [],
  facts: [],
};

function textOf(node: Node, key: string): { text: string; node: Node } | null {
  const found = childOf(node, key);
  return found?.kind === 'scalar' && typeof found.value === 'string' ? { text: found.value, node: found } : null;
}

/** Providers, sinks and hosts that a step names have to stand under `grants`: a reviewer reads one place to see what it may touch. */
function refuseUngranted(steps: readonly CompiledStep[], grants: Grants | null, report: Report): void {
  if (grants === null) return;
  const allowed: Partial<Record<Meaning, readonly string[]>> = {
    provider: grants.providers,
    sink: grants.sinks,
    host: grants.hosts,
  };
  for (const { meaning, name, at, path } of steps.flatMap((step) => step.source.mentions)) {
    const listed = allowed[meaning];
    if (listed === undefined || listed.includes(name)) continue;
    report.add(at, path, {
      expected: `a ${meaning} that \`grants.${meaning}s\` lists (${listed.join(', ') || 'none'})`,
      got: `\`${name}\``,
      fix: `write \`${name}\` under \`grants.${meaning}s\`, or use another ${meaning}`,
    });
  }
}
