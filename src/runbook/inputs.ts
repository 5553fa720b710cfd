import type { Json, JsonObject } from '../domain/run.ts';
import { keyRef } from '../steps/fields.ts';
import type { LoadedRunbook } from './loaded.ts';
import type { InputSpec } from './schema.ts';
import { listed, suggestion } from './suggest.ts';
import { describeType, typeOf, type ValueType } from './types.ts';

/** What is wrong with one value that somebody gave for a runbook. */
export interface InputProblem {
  input: string;
  expected: string;
  got: string;
  fix: string;
}

export type CheckedInputs = { kind: 'ok'; inputs: JsonObject } | { kind: 'refused'; problems: InputProblem[] };

/** `key` expected a key of the ledger, got nothing; write `key: …` */
export function describeInputProblem({ input, expected, got, fix }: InputProblem): string {
  return `\`${input}\`: expected ${expected}, got ${got}; ${fix}`;
}

/**
 * Values as a run gets them: defaults filled in, numbers and booleans read from text (as a command line gives them). A `key` is given
 * as the object that `keyRefOf` makes.
 */
export function checkInputs(runbook: Pick<LoadedRunbook, 'inputs'>, values: JsonObject): CheckedInputs {
  const problems: InputProblem[] = [];
  const inputs: [string, Json][] = [];
  const names = Object.keys(runbook.inputs);
  for (const name of Object.keys(values).filter((one) => !names.includes(one)))
    problems.push({
      input: name,
      expected: names.length === 0 ? 'no inputs' : listed(names),
      got: `\`${name}\``,
      fix: suggestion(
        name,
        names.filter((one) => !(one in values)),
      ),
    });
  for (const [name, spec] of Object.entries(runbook.inputs)) {
    const value = Object.hasOwn(values, name) ? values[name] : defaultOf(spec);
    const read = value === undefined ? undefined : readInput(spec, value);
    if (read === undefined) problems.push(problemOf(name, spec, value));
    else inputs.push([name, read]);
  }
  return problems.length > 0 ? { kind: 'refused', problems } : { kind: 'ok', inputs: Object.fromEntries(inputs) };
}

/** The names of those that somebody still has to give. */
export function missingInputs(inputs: LoadedRunbook['inputs'], given: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(inputs).flatMap(([name, spec]) =>
    Object.hasOwn(given, name) || defaultOf(spec) !== undefined ? [] : [name],
  );
}

export function defaultOf(spec: InputSpec): Json | undefined {
  return spec.type === 'key' ? undefined : spec.default;
}

const LONGEST_TEXT = 500;

function readInput(spec: InputSpec, value: Json): Json | undefined {
  switch (spec.type) {
    case 'key':
      return keyRef.safeParse(value).success ? value : undefined;
    case 'text':
      return typeof value === 'string' && value.length <= LONGEST_TEXT ? value : undefined;
    case 'enum':
      return typeof value === 'string' && spec.values.includes(value) ? value : undefined;
    case 'bool':
      return readBool(value);
    case 'int': {
      const whole = typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
      if (typeof whole !== 'number' || !Number.isSafeInteger(whole)) return undefined;
      return whole < (spec.min ?? whole) || whole > (spec.max ?? whole) ? undefined : whole;
    }
    default:
      return spec satisfies never;
  }
}

function readBool(value: Json): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === 'yes') return true;
  return value === 'false' || value === 'no' ? false : undefined;
}

function problemOf(input: string, spec: InputSpec, value: Json | undefined): InputProblem {
  const expected = expectationOf(spec);
  if (value === undefined) return { input, expected, got: 'nothing', fix: `write a value for \`${input}\`` };
  const got = typeof value === 'object' ? 'a value of another shape' : `\`${String(value).slice(0, 60)}\``;
  const fix = spec.type === 'enum' ? suggestion(String(value), spec.values) : `write ${expected}`;
  return { input, expected, got, fix };
}

function expectationOf(spec: InputSpec): string {
  if (spec.type === 'key') return 'a key of the ledger';
  if (spec.type === 'text') return `text of at most ${LONGEST_TEXT} characters`;
  if (spec.type !== 'int' || (spec.min === undefined && spec.max === undefined)) return describeType(typeOfInput(spec));
  return `a whole number${spec.min === undefined ? '' : ` from ${spec.min}`}${spec.max === undefined ? '' : ` up to ${spec.max}`}`;
}

/** What `${inputs.<name>}` is. */
export function typeOfInput(spec: InputSpec): ValueType {
  if (spec.type === 'key') return typeOf(keyRef);
  const shape: ValueType['shape'] =
    spec.type === 'text' || spec.type === 'enum'
      ? { kind: 'text', values: spec.type === 'enum' ? spec.values : null }
      : { kind: spec.type };
  return { shape, nullable: false, meaning: null };
}
