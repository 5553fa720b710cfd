import { z } from 'zod';
import { type Meaning, meaningOf } from '../steps/fields.ts';
import { listed } from './suggest.ts';

/** What kind of value a reference carries or a field takes; read off the zod schemas of the step catalogue. */
export type Shape =
  | { kind: 'text'; values: readonly string[] | null }
  | { kind: 'int' | 'number' | 'bool' | 'null' | 'any' | 'secret' | 'unknown' }
  | { kind: 'list'; of: ValueType }
  | { kind: 'map'; of: ValueType }
  | { kind: 'object'; isKey: boolean; fields: ReadonlyMap<string, ValueType> }
  | { kind: 'either'; of: readonly ValueType[] };

export interface ValueType {
  shape: Shape;
  nullable: boolean;
  meaning: Meaning | null;
}

/** Of something that is itself broken: fits everywhere, so that one mistake is reported once. */
export const UNKNOWN: ValueType = { shape: { kind: 'unknown' }, nullable: false, meaning: null };
export const ANY: ValueType = { shape: { kind: 'any' }, nullable: false, meaning: null };

/** A schema without `.optional()`, `.nullable()`, `.default()` and the like, and whether null is among its values. */
export function unwrap(schema: z.core.$ZodType): { schema: z.core.$ZodType; nullable: boolean; optional: boolean } {
  if (schema instanceof z.ZodNullable) return { ...unwrap(schema.unwrap()), nullable: true };
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return { ...unwrap(schema.unwrap()), optional: true };
  if (schema instanceof z.ZodPipe) return unwrap(schema.in);
  return { schema, nullable: false, optional: false };
}

const READ = new WeakMap<z.core.$ZodType, ValueType>();

/** Schemas of the catalogue are read once, however many runbooks use them. */
export function typeOf(schema: z.core.$ZodType): ValueType {
  const known = READ.get(schema);
  if (known !== undefined) return known;
  const type = readType(schema);
  READ.set(schema, type);
  return type;
}

function readType(schema: z.core.$ZodType): ValueType {
  const { schema: bare, nullable } = unwrap(schema);
  const meaning = meaningOf(schema);
  // z.json() refers to itself and takes everything, null included.
  if (bare instanceof z.ZodLazy) return { ...ANY, nullable: true, meaning };
  const shape: Shape = meaning === 'secret' ? { kind: 'secret' } : shapeOf(bare, meaning);
  return { shape, nullable: nullable || shape.kind === 'null', meaning };
}

function shapeOf(schema: z.core.$ZodType, meaning: Meaning | null): Shape {
  if (schema instanceof z.ZodEnum) return { kind: 'text', values: schema.options.map(String) };
  if (schema instanceof z.ZodLiteral) return literalShape([...schema.values]);
  if (schema instanceof z.ZodNumberFormat) return { kind: 'int' };
  if (schema instanceof z.ZodNumber) return { kind: 'number' };
  if (schema instanceof z.ZodBoolean) return { kind: 'bool' };
  if (schema instanceof z.ZodNull) return { kind: 'null' };
  if (schema instanceof z.ZodString || schema instanceof z.ZodStringFormat || schema instanceof z.ZodTemplateLiteral)
    return { kind: 'text', values: null };
  if (schema instanceof z.ZodArray) return { kind: 'list', of: typeOf(schema.element) };
  if (schema instanceof z.ZodRecord) return { kind: 'map', of: typeOf(schema.valueType) };
  if (schema instanceof z.ZodUnion) return eitherOf(schema.options.map(typeOf));
  if (schema instanceof z.ZodObject) {
    const fields = Object.entries(schema.shape).map(([name, field]): [string, ValueType] => {
      const type = typeOf(field);
      return [name, { ...type, nullable: type.nullable || unwrap(field).optional }];
    });
    return { kind: 'object', isKey: meaning === 'key', fields: new Map(fields) };
  }
  return { kind: 'any' };
}

// Several literals are one list of words, as in an enum.
function eitherOf(of: readonly ValueType[]): Shape {
  const words = of.flatMap(({ shape }) => (shape.kind === 'text' && shape.values !== null ? [shape.values] : []));
  return words.length === of.length ? { kind: 'text', values: words.flat() } : { kind: 'either', of };
}

function literalShape(values: readonly unknown[]): Shape {
  const texts = values.filter((value) => typeof value === 'string');
  if (texts.length === values.length) return { kind: 'text', values: texts };
  return values.every((value) => typeof value === 'boolean') ? { kind: 'bool' } : { kind: 'any' };
}

/** Does a value of `source` always fit where `target` is wanted, null left aside? A secret fits into a secret only. */
export function fits(source: ValueType, target: ValueType): boolean {
  const [from, to] = [source.shape, target.shape];
  if (from.kind === 'unknown' || to.kind === 'unknown') return true;
  if (from.kind === 'secret' || to.kind === 'secret') return from.kind === to.kind;
  if (holdsSecret(source)) return false;
  if (target.meaning === 'people_text') return isReadable(source);
  if (from.kind === 'either') return from.of.every((one) => fits(one, target));
  if (to.kind === 'any') return true;
  if (to.kind === 'either') return to.of.some((one) => fits(source, one));
  if (to.kind === 'number' && from.kind === 'int') return true;
  if (from.kind === 'text' && to.kind === 'text') return isSubset(from.values, to.values);
  if (from.kind === 'list' && to.kind === 'list') return fitsWithNull(from.of, to.of);
  if (from.kind === 'map' && to.kind === 'map') return fitsWithNull(from.of, to.of);
  if (from.kind === 'object' && to.kind === 'object') return from.isKey && to.isKey;
  return from.kind === to.kind;
}

function fitsWithNull(source: ValueType, target: ValueType): boolean {
  return fits(source, target) && (target.nullable || !source.nullable);
}

function isSubset(values: readonly string[] | null, of: readonly string[] | null): boolean {
  if (of === null) return true;
  return values?.every((value) => of.includes(value)) ?? false;
}

/** What can be put into a sentence: words, numbers, yes or no, and lists of them. */
export function isReadable({ shape }: ValueType): boolean {
  if (shape.kind === 'list') return isReadable(shape.of) && !shape.of.nullable;
  if (shape.kind === 'either') return shape.of.every((one) => isReadable(one) && !one.nullable);
  return shape.kind === 'text' || shape.kind === 'int' || shape.kind === 'number' || shape.kind === 'bool';
}

export function holdsSecret({ shape }: ValueType): boolean {
  if (shape.kind === 'secret') return true;
  if (shape.kind === 'list' || shape.kind === 'map') return holdsSecret(shape.of);
  if (shape.kind === 'either') return shape.of.some(holdsSecret);
  return shape.kind === 'object' && [...shape.fields.values()].some(holdsSecret);
}

const WORDS: Record<Meaning, string> = {
  key: 'a key',
  secret: 'a secret',
  people_text: 'text for people',
  who: 'a person, `group:<name>`, `owner` or `escalation`',
  duration: 'a duration such as `45s`, `30m`, `4h` or `7d`',
  condition: 'a condition (CEL)',
  live_condition: 'a condition (CEL)',
  approval_rule: 'the name of a rule in policy.yaml',
  runbook: 'the id of a runbook',
  runbook_hash: 'the SHA-256 of a runbook',
  runbook_inputs: 'inputs for the runbook',
  provider: 'the name of a provider',
  sink: 'the name of a sink',
  host: 'the name of a host',
  connection: 'the name of a connection in connections.yaml',
};

/** `a list of text`, `one of …`: for "expected …". */
export function describeType({ shape, meaning }: ValueType): string {
  if (meaning !== null) return WORDS[meaning];
  if (shape.kind === 'text') return shape.values === null ? 'text' : listed(shape.values);
  if (shape.kind === 'list') return `a list of ${describeType(shape.of)}`;
  if (shape.kind === 'either') return shape.of.map(describeType).join(', or ');
  return PLAIN[shape.kind];
}

const PLAIN = {
  int: 'a whole number',
  number: 'a number',
  bool: '`true` or `false`',
  null: 'nothing',
  any: 'a value',
  unknown: 'a value',
  secret: 'a secret',
  map: 'a mapping',
  object: 'a mapping',
};

function reference(path: string): string {
  return `"\${${path}}"`;
}

/** Something that could stand there, for "write …". */
export function exampleOf(type: ValueType): string {
  const { shape, meaning } = type;
  if (meaning === 'key') return reference('inputs.key');
  if (meaning === 'secret') return reference('steps.<id>.secret');
  if (meaning === 'duration') return '30m';
  if (meaning === 'who') return 'owner';
  if (meaning === 'condition') return 'steps.live.probes >= 3';
  if (meaning === 'live_condition') return 'key.calls_last_hour == 0';
  if (meaning === 'connection') return 'payments-api';
  if (meaning === 'runbook') return 'R-BREAK-GLASS';
  if (meaning === 'approval_rule') return 'rotate';
  if (shape.kind === 'text') return shape.values?.[0] ?? '…';
  if (shape.kind === 'int' || shape.kind === 'number') return '1';
  if (shape.kind === 'bool') return 'true';
  if (shape.kind === 'list') return `[${exampleOf(shape.of)}]`;
  if (shape.kind === 'either') return shape.of[0] === undefined ? '…' : exampleOf(shape.of[0]);
  return shape.kind === 'map' || shape.kind === 'object' ? '{ … }' : '…';
}
