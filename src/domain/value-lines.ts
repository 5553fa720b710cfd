import type { Json, JsonObject } from './run.ts';

const MOST_LINES = 12;
const LONGEST = 120;

/** One line for each value, as `key.slug: payments-prod`. A secret is only named as one. */
export function valueLines(input: JsonObject): string[] {
  const lines = Object.entries(input).flatMap(([name, value]) => leaves(name, value));
  return lines.length > MOST_LINES
    ? [...lines.slice(0, MOST_LINES - 1), `and ${lines.length - MOST_LINES + 1} more`]
    : lines;
}

function leaves(path: string, value: Json): string[] {
  if (Array.isArray(value)) return value.flatMap((one, index) => leaves(`${path}[${index}]`, one));
  if (value !== null && typeof value === 'object') {
    if (Object.hasOwn(value, 'secret')) return [`${path}: a secret`];
    return Object.entries(value).flatMap(([name, inner]) => leaves(`${path}.${name}`, inner));
  }
  const text = String(value);
  return [`${path}: ${text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text}`];
}
