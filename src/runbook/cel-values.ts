import type { Json, JsonObject } from '../domain/run.ts';
import { PermanentFailure } from '../errors.ts';
import type { ValueType } from './types.ts';

type CelValue = string | number | bigint | boolean | null | CelValue[] | { [name: string]: CelValue };

const MAX_TEXT = 2_000;
const MAX_ENTRIES = 100;

/**
 * JSON as CEL wants it, and only what the condition looks at: whole numbers are BigInt there, and a caller's huge text must not decide
 * how long a condition takes. What was never set stays absent, so that `has()` can ask.
 */
export function celValue(
  values: JsonObject,
  types: ReadonlyMap<string, ValueType>,
  paths: ReadonlySet<string>,
): { [name: string]: CelValue } {
  const result: { [name: string]: CelValue } = {};
  for (const [name, type] of types) {
    const wanted = [...paths].filter((path) => path.startsWith(`${name}.`)).map((path) => path.slice(name.length + 1));
    result[name] = convertPart(values[name] ?? {}, type, new Set(wanted));
  }
  return result;
}

function convertPart(value: Json, type: ValueType, paths: ReadonlySet<string>): CelValue {
  if (
    paths.has('') ||
    type.shape.kind !== 'object' ||
    typeof value !== 'object' ||
    value === null ||
    Array.isArray(value)
  )
    return convert(value, type);
  const result: { [name: string]: CelValue } = {};
  for (const [name, part] of type.shape.fields) {
    const below = [...paths].filter((path) => path === name || path.startsWith(`${name}.`));
    if (below.length === 0 || !Object.hasOwn(value, name)) continue;
    const rest = new Set(below.map((path) => path.slice(name.length + 1)));
    result[name] = convertPart(value[name] ?? null, part, rest);
  }
  return result;
}

function convert(value: Json, type: ValueType | null): CelValue {
  if (typeof value === 'string') {
    if (value.length > MAX_TEXT)
      throw new PermanentFailure(`a text of ${value.length} characters is too long to decide on`);
    return value;
  }
  if (typeof value === 'number') return isWhole(value, type) ? BigInt(value) : value;
  if (value === null || typeof value === 'boolean') return value;
  const entries = Array.isArray(value) ? value : Object.values(value);
  if (entries.length > MAX_ENTRIES)
    throw new PermanentFailure(`a value with ${entries.length} entries is too long to decide on`);
  if (Array.isArray(value))
    return value.map((entry) => convert(entry, type?.shape.kind === 'list' ? type.shape.of : null));
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, convert(part, partType(type, name))]));
}

function isWhole(value: number, type: ValueType | null): boolean {
  return type?.shape.kind === 'number' ? false : Number.isSafeInteger(value);
}

function partType(type: ValueType | null, name: string): ValueType | null {
  if (type?.shape.kind === 'object') return type.shape.fields.get(name) ?? null;
  return type?.shape.kind === 'map' ? type.shape.of : null;
}
