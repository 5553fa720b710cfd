import { type MaxFailures, MOST_ITEMS } from '../domain/fan-out.ts';
import type { PlannedEach } from '../domain/plan.ts';
import type { Json, Scope } from '../domain/run.ts';
import { PermanentFailure } from '../errors.ts';
import type { StepKind } from '../steps/contract.ts';
import type { Draft } from './drafts.ts';
import { joinPath, type Node, positionIn } from './node.ts';
import { type Complaint, quote } from './problem.ts';
import { checkReference, parseReference, piecesOf, type Reference } from './references.ts';
import { forPeople, resolveReference } from './resolve.ts';
import type { StepFields } from './schema.ts';
import { isComplaint, lookUp, type ScopeTypes } from './scope.ts';
import { ANY, describeType, UNKNOWN, type ValueType } from './types.ts';
import type { Checking, Resolver } from './with.ts';

/** `each` of a step, checked: what `${item}` is inside its `with`, and the list itself; null where that could not be read. */
export interface Each {
  item: ValueType;
  list: Reference | null;
}

/** Null for a step without `each`. What is wrong with it, or stands there without it, goes to the report. */
export function readEach(draft: Draft, kind: StepKind, checking: Omit<Checking, 'mentions'>): Each | null {
  const entry = draft.node.entries.get('each');
  const refuse = (complaint: Complaint, of = 'each') => {
    const at = draft.node.entries.get(of)?.keyAt ?? draft.node.at;
    checking.report.add(at, joinPath(draft.path, of), complaint);
  };
  if (entry === undefined) {
    for (const name of ['ramp', 'max_failures'].filter((one) => draft.node.entries.has(one)))
      refuse({ expected: `\`${name}\` beside \`each\``, got: `\`${name}\` alone`, fix: EXAMPLE }, name);
    return null;
  }
  if (kind.each === undefined) {
    const fix = 'write `uses: runbook.start`, and these steps into the runbook that it starts';
    refuse({ expected: 'a step that starts a runbook', got: `\`each\` on ${quote(kind.uses)}`, fix });
    return { item: UNKNOWN, list: null };
  }
  return readList(entry.node, joinPath(draft.path, 'each'), checking);
}

const EXAMPLE = `write \`each: "\${steps.<id>.<list>}"\``;

function readList(node: Node, path: string, { scope, report, needs }: Omit<Checking, 'mentions'>): Each {
  const [piece, ...more] = node.kind === 'scalar' ? piecesOf(String(node.value)) : [];
  // Anything but one reference is refused where the step's own fields are read.
  if (piece?.kind !== 'reference' || more.length > 0) return { item: UNKNOWN, list: null };
  const list = parseReference(piece.inner);
  const complaint = isComplaint(list) ? list : complaintOf(list, scope);
  if (complaint !== null) report.add(positionIn(node, piece.offset), path, complaint);
  if (isComplaint(list)) return { item: UNKNOWN, list: null };
  for (const step of stepsIn(list)) needs.add(step);
  return { item: elementOf(list, scope), list };
}

function stepsIn({ alternatives }: Reference): string[] {
  const [first] = alternatives;
  if (alternatives.length > 1 || first?.kind !== 'path' || first.segments[0] !== 'steps') return [];
  return first.segments.slice(1, 2);
}

function complaintOf(list: Reference, scope: ScopeTypes): Complaint | null {
  for (const type of typesOf(list, scope)) {
    if (isComplaint(type)) return type;
    if (type.shape.kind !== 'list' && type.shape.kind !== 'unknown')
      return { expected: 'a list', got: `\`${list.text}\`, which is ${describeType(type)}`, fix: EXAMPLE };
  }
  // Of lists, whatever they hold, what is left to ask is whether one is there.
  return checkReference(list, UNKNOWN, scope);
}

function typesOf({ alternatives }: Reference, scope: ScopeTypes): (ValueType | Complaint)[] {
  return alternatives.map((one) => {
    if (one.kind === 'literal') return ANY;
    const found = lookUp(one.segments, scope);
    return isComplaint(found) ? found : found.type;
  });
}

function elementOf(list: Reference, scope: ScopeTypes): ValueType {
  const [type] = typesOf(list, scope);
  return type !== undefined && !isComplaint(type) && type.shape.kind === 'list' ? type.shape.of : UNKNOWN;
}

/** What a step's `with` may look at: the item too. */
export function withItem(scope: ScopeTypes, each: Each | null): ScopeTypes {
  return each === null ? scope : { ...scope, roots: new Map([...scope.roots, ['item', each.item]]) };
}

/** `resolve`: the `with` block of one item. */
export function plannedEach(
  { list }: Each,
  fields: StepFields,
  { id, resolve }: { id: string; resolve: Resolver },
): PlannedEach {
  return {
    items: (scope) =>
      valuesOf(list, scope, id).map((item, at) => ({
        name: nameOf(item, at + 1),
        inputs: inputsIn(resolve({ ...scope, item })),
      })),
    list: (scope) => (list === null ? null : resolveReference(list, scope)),
    ramp: fields.ramp ?? 'doubling',
    maxFailures: maxFailuresOf(fields.max_failures ?? 0),
  };
}

/** `for each of ${steps.found.keys}: 5 at once, at most 20% may fail`. */
export function eachText({ list }: Each, { ramp = 'doubling', max_failures: most = 0 }: StepFields): string {
  const many = ramp === 'doubling' ? '1, then 2, then 4 … at once' : `${ramp} at once`;
  return `for each of \${${list?.text ?? ''}}: ${many}, ${most === 0 ? 'none' : `at most ${most}`} may fail`;
}

function valuesOf(list: Reference | null, scope: Scope, id: string): Json[] {
  const values = list === null ? null : resolveReference(list, scope);
  if (!Array.isArray(values))
    throw new PermanentFailure(`${id}: \`each\` expected a list, and \${${list?.text ?? ''}} has no value here.`);
  if (values.length > MOST_ITEMS)
    throw new PermanentFailure(
      `${id}: \${${list?.text}} has ${values.length} items, and \`each\` takes at most ${MOST_ITEMS}. Narrow the list, or split it into several steps.`,
    );
  return values;
}

function inputsIn(block: Json): Record<string, Json> {
  const inputs = isMap(block) ? block.inputs : undefined;
  return isMap(inputs) ? inputs : {};
}

function isMap(value: Json | undefined): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const LONGEST_NAME = 100;

/** `payments-prod`, `peer-a` or `item 7`. */
function nameOf(item: Json, index: number): string {
  const named = isMap(item) ? (item.slug ?? item.name ?? item.id) : item;
  const text = typeof named === 'string' || typeof named === 'number' ? forPeople(named) : '';
  return text === '' ? `item ${index}` : text.slice(0, LONGEST_NAME);
}

function maxFailuresOf(written: number | string): MaxFailures {
  if (typeof written === 'number') return { kind: 'count', count: written };
  return { kind: 'percent', percent: Number(written.slice(0, -1)) };
}
