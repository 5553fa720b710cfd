import { StepId } from '../domain/ids.ts';
import type { OnFailure, PlannedStep } from '../domain/plan.ts';
import type { Json, JsonObject } from '../domain/run.ts';
import { whoText } from '../steps/fields.ts';
import { checkNode } from './check-node.ts';
import { type Condition, compileConditionAt } from './conditions.ts';
import type { Draft } from './drafts.ts';
import { eachText, plannedEach, readEach, withItem } from './each.ts';
import type { SourceStep } from './loaded.ts';
import { describeNode, joinPath, type MapNode, type Node } from './node.ts';
import { plannedCondition, plannedWhen, stepsRead } from './planned-condition.ts';
import type { Report } from './problem.ts';
import { readRetry } from './read-retry.ts';
import { hasReference, parseReference, piecesOf } from './references.ts';
import { isComplaint, type ScopeTypes } from './scope.ts';
import { listed, suggestion } from './suggest.ts';
import { type Checking, compileText, compileWith, type Mention, type Resolver } from './with.ts';

export interface CompiledStep {
  planned: PlannedStep;
  source: SourceStep;
}

export interface Place {
  scope: ScopeTypes;
  report: Report;
  stage: number;
  /** Ids of the later stages of the same section, for `on_failure`. */
  later: readonly string[];
}

/** One step, checked for the place where it stands. Whatever is wrong goes to the report; the result is used only when nothing is. */
export function compileStep(draft: Draft, place: Place): CompiledStep | null {
  const { report } = place;
  const condition = compileWhen(draft, place);
  const onFailure = readOnFailure(draft, place);
  const { kind, fields } = draft;
  if (kind === null) return null;
  const before = {
    scope: scopeUnder(condition, draft, place.scope),
    report,
    needs: new Set<string>(),
    conditions: new Map(),
  };
  const mentions: Mention[] = [];
  const each = readEach(draft, kind, before);
  const checking: Checking = { ...before, scope: withItem(before.scope, each), mentions };
  const withPath = joinPath(draft.path, 'with');
  const withNode: Node = draft.node.entries.get('with')?.node ?? { kind: 'map', at: draft.node.at, entries: new Map() };
  const resolve = compileWith(kind.with, { node: withNode, path: withPath }, checking);
  const assignee = compileAssignee(draft, checking);
  if (fields === null) return null;
  const written = asObject(writtenIn(withNode));
  const { effect, repeat } = kind.effectOf?.(written) ?? kind;
  const retry = readRetry(fields, repeat, { kind, draft, report });
  return {
    planned: {
      id: StepId.parse(draft.id),
      phase: draft.phase,
      uses: kind.uses,
      effect,
      repeat,
      undo: kind.undo.kind,
      timeoutMs: fields.timeout ?? kind.timeoutMs,
      deadlineMs: fields.deadline ?? null,
      retry,
      onFailure,
      dueMs: fields.due ?? null,
      assignee,
      when: condition === null ? null : plannedWhen(condition),
      resolve: each === null ? resolve : () => ({ ...written, inputs: {} }),
      each: each === null ? null : plannedEach(each, fields, { id: draft.id, resolve }),
      conditions: conditionsIn(checking, withPath),
      needs: needsOf(condition, checking.needs),
      line: draft.node.at.line,
    },
    source: {
      id: StepId.parse(draft.id),
      phase: draft.phase,
      kind,
      effect,
      written,
      at: draft.node.at,
      path: draft.path,
      when: condition?.text ?? null,
      facts: condition?.parts ?? [],
      onFailure,
      due: dueText(draft),
      fields: new Set(draft.node.entries.keys()),
      each: each === null ? null : eachText(each, fields),
      stage: place.stage,
      paths: new Set([
        ...(condition?.paths ?? []),
        ...pathsOf(withNode),
        ...pathsOf(draft.node.entries.get('each')?.node),
        ...[...checking.conditions.values()].flatMap((one) => [...one.paths]),
        ...pathsOf(draft.node.entries.get('assignee')?.node),
      ]),
      mentions,
      conditions: new Map([...checking.conditions].map(([path, { parts }]) => [path, parts])),
      call: callOf(mentions, withNode, checking.scope),
    },
  };
}

// Under a condition that is itself broken everything counts as present: one mistake is reported once.
function scopeUnder(condition: Condition | null, draft: Draft, scope: ScopeTypes): ScopeTypes {
  if (condition !== null || !draft.node.entries.has('when')) return { ...scope, facts: condition?.parts ?? [] };
  return { ...scope, facts: [...scope.steps.keys()].map((id) => `has(steps.${id})`) };
}

/** What its `when` asks about with `has()` may be missing; everything else that it or a field looks at may not. */
function needsOf(condition: Condition | null, fields: ReadonlySet<string>): ReadonlySet<string> {
  const read = condition === null ? [] : stepsRead(condition);
  const asked = (id: string) => condition?.text.includes(`has(steps.${id}`) ?? false;
  return new Set([...fields, ...read].filter((id) => !asked(id)));
}

function compileWhen(draft: Draft, { scope, report }: Place): Condition | null {
  const node = draft.node.entries.get('when')?.node;
  if (node?.kind !== 'scalar' || typeof node.value !== 'string' || node.value === '') return null;
  return compileConditionAt(node.value, { node, path: joinPath(draft.path, 'when') }, { scope, report });
}

function conditionsIn({ conditions }: Checking, withPath: string): PlannedStep['conditions'] {
  return new Map([...conditions].map(([path, one]) => [path.slice(withPath.length + 1), plannedCondition(one)]));
}

function compileAssignee(draft: Draft, checking: Checking): PlannedStep['assignee'] {
  const node = draft.node.entries.get('assignee')?.node;
  if (node?.kind !== 'scalar' || typeof node.value !== 'string') return null;
  const path = joinPath(draft.path, 'assignee');
  if (!hasReference(node.value)) {
    const who = checkNode(whoText, { node, path, report: checking.report }) ?? '';
    return () => who;
  }
  const resolve: Resolver = compileText(whoText, { node, path }, checking);
  return (scope) => String(resolve(scope));
}

function readOnFailure(draft: Draft, { report, later }: Place): OnFailure {
  const node = draft.node.entries.get('on_failure')?.node;
  const word = node?.kind === 'scalar' ? node.value : 'stop';
  if (node === undefined || word === 'stop') return { kind: 'stop' };
  if (word === 'continue' || word === 'ask') return { kind: word };
  if (typeof word === 'string' && later.includes(word)) return { kind: 'step', step: StepId.parse(word) };
  const known = ['stop', 'continue', 'ask', ...later];
  report.add(node.at, joinPath(draft.path, 'on_failure'), {
    expected: `stop, continue, ask or a later step (${later.length === 0 ? 'there is none' : listed(later)})`,
    got: describeNode(node),
    fix: suggestion(String(word), known),
  });
  return { kind: 'stop' };
}

/** What is known before any run; null stands for a reference. */
function writtenIn(node: Node): Json {
  if (node.kind === 'list') return node.nodes.map(writtenIn);
  if (node.kind === 'map')
    return Object.fromEntries([...node.entries].map(([name, entry]) => [name, writtenIn(entry.node)]));
  return typeof node.value === 'string' && hasReference(node.value) ? null : node.value;
}

function asObject(value: Json): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

function dueText(draft: Draft): string | null {
  const node = draft.node.entries.get('due')?.node;
  return node?.kind === 'scalar' ? String(node.value) : null;
}

function pathsOf(node: Node | undefined): string[] {
  if (node === undefined) return [];
  if (node.kind === 'list') return node.nodes.flatMap(pathsOf);
  if (node.kind === 'map') return [...node.entries.values()].flatMap((entry) => pathsOf(entry.node));
  if (typeof node.value !== 'string') return [];
  return piecesOf(node.value).flatMap((piece) => {
    const reference = piece.kind === 'reference' ? parseReference(piece.inner) : null;
    if (reference === null || isComplaint(reference)) return [];
    return reference.alternatives.flatMap((one) => (one.kind === 'path' ? [one.text] : []));
  });
}

function callOf(mentions: readonly Mention[], node: Node, scope: ScopeTypes): SourceStep['call'] {
  if (!mentions.some((mention) => mention.meaning === 'runbook')) return null;
  const inputs = node.kind === 'map' ? node.entries.get('inputs')?.node : undefined;
  const given: MapNode | null = inputs?.kind === 'map' ? inputs : null;
  return { inputs: given, scope };
}
