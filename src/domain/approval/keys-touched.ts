import type { Json, JsonObject } from '../run.ts';

/**
 * How many different keys the inputs of a run and of the runs that it is about to start name, the one that it is about included: each has an
 * id and a slug. Null while a list that it will go through has still to be found.
 */
export function keysTouched(
  inputs: JsonObject,
  key: string | null,
  lists: readonly JsonObject[] | null,
): number | null {
  if (lists === null) return null;
  const found = new Set<string>(key === null ? [] : [key]);
  for (const one of [inputs, ...lists]) collect(one, found);
  return found.size;
}

function collect(value: Json, found: Set<string>): void {
  if (value === null || typeof value !== 'object') return;
  if (Array.isArray(value)) {
    for (const one of value) collect(one, found);
    return;
  }
  if (typeof value.id === 'string' && typeof value.slug === 'string') found.add(value.id);
  else for (const one of Object.values(value)) collect(one, found);
}
