import type { PlannedStep } from '../../domain/plan.ts';
import type { Json, JsonObject } from '../../domain/run.ts';
import type { WillRun } from '../../domain/runbook-plan.ts';
import type { ValueType } from '../../runbook/types.ts';
import { isObject, isOpen } from './open-value.ts';
import { samplesOf } from './samples.ts';

/** What is known of a step that comes before. `maybe`: it may be left out, or fail without stopping the run. */
export interface KnownStep {
  present: 'yes' | 'maybe' | 'no';
  outputs: JsonObject;
  type: ValueType;
}

export interface Known {
  inputs: JsonObject;
  steps: ReadonlyMap<string, KnownStep>;
}

type When = NonNullable<PlannedStep['when']>;

/** One thing that is not known yet, and every value of it that could make a difference. */
interface Unknown {
  name: string;
  values: readonly (Json | undefined)[];
  isOpaque: boolean;
  put: (inputs: JsonObject, steps: Record<string, JsonObject>, value: Json | undefined) => void;
}

const MOST_WORLDS = 2_000;

/**
 * Tries the condition in every world that could come about: each answer, each word that it asks for, each step there and not there. Where all
 * agree it is decided today; whatever cannot be tried out in full is called open, so that a plan never promises what may not happen.
 */
export function willRun(when: When | null, known: Known): WillRun {
  if (when === null) return { kind: 'yes' };
  const unknown = unknownIn(when, known);
  const open = { kind: 'depends', when: when.text, on: unknown.map(({ name }) => name) } as const;
  const worlds = unknown.reduce((count, { values }) => count * values.length, 1);
  if (worlds > MOST_WORLDS) return open;
  const answers = new Set(answersIn(when, known, unknown));
  const isTriedOut = !unknown.some(({ isOpaque }) => isOpaque);
  if (answers.size === 1 && answers.has('holds') && isTriedOut) return { kind: 'yes' };
  // A step that fails on its condition in some worlds, and is left out in all others, has its effect in none.
  const never = !answers.has('holds') && answers.has('holds_not') && (isTriedOut || !answers.has('undecided'));
  return never ? { kind: 'no', why: `when ${when.text} does not hold` } : open;
}

function* answersIn(
  when: When,
  known: Known,
  unknown: readonly Unknown[],
): Generator<'holds' | 'holds_not' | 'undecided'> {
  for (const choice of choices(unknown)) {
    const inputs = structuredClone(known.inputs);
    const steps = stepsThere(known);
    for (const { of, value } of choice) of.put(inputs, steps, value);
    try {
      yield when.holds({ inputs, steps }) ? 'holds' : 'holds_not';
    } catch {
      // In such a world the step fails; which is no answer to whether it runs.
      yield 'undecided';
    }
  }
}

function stepsThere({ steps }: Known): Record<string, JsonObject> {
  const there = [...steps].filter(([, { present }]) => present !== 'no');
  return Object.fromEntries(there.map(([id, { outputs }]) => [id, structuredClone(outputs)]));
}

function* choices(unknown: readonly Unknown[]): Generator<{ of: Unknown; value: Json | undefined }[]> {
  const [first, ...rest] = unknown;
  if (first === undefined) return yield [];
  for (const value of first.values) for (const others of choices(rest)) yield [{ of: first, value }, ...others];
}

const PATH = /\b(?:steps|inputs)(?:\.[A-Za-z_][A-Za-z0-9_]*)+/g;

/** Values first and whether their steps are there last, so that an absent step stays absent. */
function unknownIn({ text }: When, known: Known): Unknown[] {
  const paths = [...new Set(text.match(PATH) ?? [])].map((path) => path.split('.'));
  const values = new Map<string, Unknown>();
  const presence = new Map<string, Unknown>();
  for (const [root, name = '', ...rest] of paths) {
    if (root === 'inputs') addInput(values, [name, ...rest], { known, text });
    const step = root === 'steps' ? known.steps.get(name) : undefined;
    if (step === undefined || step.present === 'no') continue;
    addOutput(values, { step, path: [name, ...rest], text });
    if (step.present === 'maybe') presence.set(name, presenceOf(name));
  }
  return [...values.values(), ...presence.values()];
}

function presenceOf(name: string): Unknown {
  return {
    name: `whether ${name} is done`,
    values: [true, false],
    isOpaque: false,
    put: (_inputs, steps, isThere) => {
      if (isThere === false) delete steps[name];
    },
  };
}

function addInput(
  values: Map<string, Unknown>,
  path: readonly string[],
  { known, text }: { known: Known; text: string },
): void {
  const name = `inputs.${path.join('.')}`;
  const value = path.reduce<Json | undefined>((at, part) => (isObject(at) ? at[part] : undefined), known.inputs);
  if (value === undefined || !isOpen(value)) return;
  const put: Unknown['put'] = (inputs, _steps, chosen) => set(inputs, path, chosen);
  values.set(name, { name, put, ...samplesOf({ shape: { kind: 'text', values: null }, nullable: true }, text) });
}

function addOutput(
  values: Map<string, Unknown>,
  { step, path, text }: { step: KnownStep; path: readonly string[]; text: string },
): void {
  const [id = '', ...rest] = path;
  let { type } = step;
  const taken: string[] = [];
  // What follows a plain value in the text is a function: `steps.a.words.startsWith("x")`.
  for (const part of rest) {
    const next = type.shape.kind === 'object' ? type.shape.fields.get(part) : undefined;
    if (next === undefined) break;
    type = { ...next, nullable: next.nullable || type.nullable };
    taken.push(part);
  }
  if (taken.length === 0) return;
  const value = taken.reduce<Json | undefined>((at, part) => (isObject(at) ? at[part] : undefined), step.outputs);
  if (value !== undefined && !isOpen(value)) return;
  const name = `steps.${[id, ...taken].join('.')}`;
  const put: Unknown['put'] = (_inputs, steps, chosen) => set(steps, [id, ...taken], chosen);
  values.set(name, { name, put, ...samplesOf(type, text) });
}

function set(root: JsonObject, path: readonly string[], value: Json | undefined): void {
  const last = path.at(-1);
  const holder = path.slice(0, -1).reduce<Json | undefined>((at, part) => (isObject(at) ? at[part] : undefined), root);
  if (last === undefined || !isObject(holder)) return;
  if (value === undefined) delete holder[last];
  else holder[last] = value;
}
