import type { Complaint } from './problem.ts';
import { listed, suggestion } from './suggest.ts';
import { ANY, describeType, UNKNOWN, type ValueType } from './types.ts';

/** A step that comes before, as a later one may look at it. */
export interface VisibleStep {
  outputs: ValueType;
  /** The parts of its `when` that all have to hold, in canonical text; empty when it always runs. */
  when: readonly string[];
}

/** What may be looked at from one place in a runbook, and how sure it is to be there. */
export interface ScopeTypes {
  /** `inputs`, with `item` inside the `with` of a step with `each`; or `alert` for the conditions under `start_on`. */
  roots: ReadonlyMap<string, ValueType>;
  steps: ReadonlyMap<string, VisibleStep>;
  /** Steps before this place that may have failed or been jumped over. */
  uncertain: ReadonlySet<string>;
  /** All step ids of the runbook, to tell "comes later" from "does not exist"; null when a phase could not be read. */
  everyStep: readonly string[] | null;
  /** What is known to hold here: the parts of this step's own `when`. */
  facts: readonly string[];
}

export interface Found {
  type: ValueType;
  /** The step whose output this is, when it may not have run. */
  absentWith: string | null;
}

/** The type of `steps.mint.key.slug`, or what is wrong with it. */
export function lookUp(segments: readonly string[], scope: ScopeTypes): Found | Complaint {
  const [root = '', ...rest] = segments;
  if (root === 'steps' && !scope.roots.has('alert')) return lookUpStep(rest, scope);
  const type = scope.roots.get(root);
  const known = [...scope.roots.keys(), ...(scope.roots.has('alert') ? [] : ['steps'])];
  if (type === undefined && root === 'item') return ITEM_ELSEWHERE;
  if (type === undefined)
    return { expected: `a name that begins with ${listed(known)}`, got: `\`${root}\``, fix: suggestion(root, known) };
  if (rest.length === 0 && root !== 'item') return noName(root, [...fieldsOf(type).keys()]);
  return walk(type, { segments: rest, walked: root, absentWith: null });
}

const ITEM_ELSEWHERE: Complaint = {
  expected: '`item` only inside the `with` of a step with `each`',
  got: '`item`',
  fix: `write \`each: "\${steps.<id>.<list>}"\` beside this \`with\`, or use another value`,
};

function lookUpStep(segments: readonly string[], scope: ScopeTypes): Found | Complaint {
  const [id = '', ...rest] = segments;
  const known = [...scope.steps.keys()];
  if (id === '') return noName('steps', known);
  const step = scope.steps.get(id);
  if (step === undefined)
    return scope.everyStep === null ? { type: UNKNOWN, absentWith: null } : unknownStep(id, scope);
  if (rest.length === 0 && step.outputs.shape.kind !== 'unknown')
    return noName(`steps.${id}`, [...fieldsOf(step.outputs).keys()]);
  const absentWith = isCertain(id, scope) ? null : id;
  return walk(step.outputs, { segments: rest, walked: `steps.${id}`, absentWith });
}

function unknownStep(id: string, scope: ScopeTypes): Complaint {
  const known = [...scope.steps.keys()];
  if (scope.everyStep?.includes(id))
    return {
      expected: 'a step that is over before this one begins',
      got: `\`${id}\`, which comes later, stands in the same parallel group or is this step`,
      fix: 'write this step after it, or use another value',
    };
  if (known.length === 0)
    return { expected: 'a value of `inputs`: no step comes before', got: `\`${id}\``, fix: 'write `inputs.…`' };
  return { expected: `a step before this one (${listed(known)})`, got: `\`${id}\``, fix: suggestion(id, known) };
}

/** Is the step sure to have outputs here? Its `when` must be implied by this place's own, and it must not have failed. */
export function isCertain(id: string, scope: ScopeTypes): boolean {
  const facts = impliedFacts(scope);
  if (facts.has(`has(steps.${id})`)) return true;
  return !scope.uncertain.has(id) && (scope.steps.get(id)?.when.every((part) => facts.has(part)) ?? false);
}

// A step that is there shows that its own condition held: `has(steps.deliver)` implies what deliver's `when` says.
function impliedFacts(scope: ScopeTypes): Set<string> {
  const facts = new Set(scope.facts);
  for (const fact of facts) {
    const id = /^has\(steps\.([a-z0-9_]+)\)$/.exec(fact)?.[1];
    for (const part of (id === undefined ? undefined : scope.steps.get(id)?.when) ?? []) facts.add(part);
  }
  return facts;
}

interface Walk {
  segments: readonly string[];
  walked: string;
  absentWith: string | null;
}

/** Steps from a value into its parts; null on the way makes the end nullable. */
export function walk(type: ValueType, { segments, walked, absentWith }: Walk): Found | Complaint {
  const [name, ...rest] = segments;
  if (name === undefined) return { type, absentWith };
  const part = partOf(type, name);
  if (part === null) {
    const fields = [...fieldsOf(type).keys()];
    if (fields.length === 0)
      return {
        expected: `\`${walked}\` alone, which is ${describeType(type)}`,
        got: `\`${walked}.${name}\``,
        fix: `write \`${walked}\``,
      };
    return {
      expected: `one of ${listed(fields)} after \`${walked}\``,
      got: `\`${name}\``,
      fix: suggestion(name, fields),
    };
  }
  const nullable = type.nullable || part.nullable;
  return walk({ ...part, nullable }, { segments: rest, walked: `${walked}.${name}`, absentWith });
}

function partOf({ shape }: ValueType, name: string): ValueType | null {
  if (shape.kind === 'unknown') return UNKNOWN;
  if (shape.kind === 'any') return { ...ANY, nullable: true };
  if (shape.kind === 'map') return { ...shape.of, nullable: true };
  return shape.kind === 'object' ? (shape.fields.get(name) ?? null) : null;
}

function fieldsOf({ shape }: ValueType): ReadonlyMap<string, ValueType> {
  return shape.kind === 'object' ? shape.fields : new Map();
}

function noName(root: string, known: readonly string[]): Complaint {
  const example = `${root}.${known[0] ?? '…'}`;
  return { expected: `one value of \`${root}\``, got: `all of \`${root}\``, fix: `write \`${example}\` or the like` };
}

export function isComplaint<Good extends object>(found: Good | Complaint): found is Complaint {
  return 'expected' in found;
}
