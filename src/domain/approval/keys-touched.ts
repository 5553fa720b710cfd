import type { Json, JsonObject } from '../run.ts';

/** How many different keys the inputs of a run name, the one that it is about included: each has an id and a slug. */
export function keysTouched(inputs: JsonObject, key: string | null): number {
  const found = new Set<string>(key === null ? [] : [key]);
  collect(inputs, found);
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
