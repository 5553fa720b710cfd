import type { Json, Scope } from '../domain/run.ts';
import { PermanentFailure } from '../errors.ts';
import type { Reference } from './references.ts';

/** The value of the first alternative that is there, or null. Looks at own properties only. */
export function resolveReference(reference: Reference, scope: Scope): Json {
  for (const alternative of reference.alternatives) {
    const value = alternative.kind === 'literal' ? alternative.value : follow(alternative.segments, scope);
    if (value !== null) return value;
  }
  return null;
}

/** The same, for a field that cannot be empty. */
export function requireReference(reference: Reference, scope: Scope): Json {
  const value = resolveReference(reference, scope);
  if (value === null)
    throw new PermanentFailure(`\${${reference.text}} has no value here: a step that it needs did not run.`);
  return value;
}

function follow(segments: readonly string[], scope: Scope): Json {
  let value: Json = { inputs: scope.inputs, steps: scope.steps, item: scope.item ?? null };
  for (const segment of segments) {
    if (value === null || typeof value !== 'object' || Array.isArray(value) || !Object.hasOwn(value, segment))
      return null;
    value = value[segment] ?? null;
  }
  return value;
}

const LONGEST_VALUE = 300;

/** A value inside a sentence: one line, short, no control characters, so that it cannot pass for the runbook's own words. */
export function forPeople(value: Json): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  const text = Array.isArray(value) ? value.map(forPeople).join(', ') : String(value);
  const oneLine = text.replace(/[\p{C}\p{Z}]+/gu, ' ').trim();
  return oneLine.length > LONGEST_VALUE ? `${oneLine.slice(0, LONGEST_VALUE)}…` : oneLine;
}
