import type { PlannedCondition, PlannedStep } from '../domain/plan.ts';
import type { Json, JsonObject, Scope } from '../domain/run.ts';
import type { Condition } from './conditions.ts';
import { forPeople } from './resolve.ts';

/** The condition under which a step runs at all. */
export function plannedWhen(condition: Condition): NonNullable<PlannedStep['when']> {
  return {
    text: condition.text,
    reads: new Set(stepsRead(condition)),
    holds: (scope) => condition.holds(valuesOf(scope)),
  };
}

/** A condition among a step's fields, with what it looked at in words. */
export function plannedCondition(condition: Condition): PlannedCondition {
  return {
    text: condition.text,
    decide: (scope, live) => {
      const values = { ...live, ...valuesOf(scope) };
      return { holds: condition.holds(values), looked: lookedAt(condition.paths, values) };
    },
  };
}

/** The steps whose outputs it looks at. */
export function stepsRead(condition: Pick<Condition, 'paths'>): string[] {
  return [...condition.paths].flatMap((path) => /^steps\.([^.]+)/.exec(path)?.[1] ?? []);
}

function valuesOf(scope: Scope): JsonObject {
  return { inputs: scope.inputs, steps: scope.steps };
}

function lookedAt(paths: ReadonlySet<string>, values: JsonObject): string {
  const seen = [...paths].map((path) => `${path} is ${shown(follow(path.split('.'), values))}`);
  return seen.join(', ') || 'it looks at nothing';
}

function follow(names: readonly string[], from: Json): Json {
  let value: Json = from;
  for (const name of names) {
    if (value === null || typeof value !== 'object' || Array.isArray(value) || !Object.hasOwn(value, name)) return null;
    value = value[name] ?? null;
  }
  return value;
}

// A mapping may be a key, a handle on a secret or a whole answer of another system: that it is there is all that a sentence needs.
function shown(value: Json): string {
  if (value === null) return 'not there';
  if (typeof value === 'object') return Array.isArray(value) ? `a list of ${value.length}` : 'there';
  return typeof value === 'boolean' ? String(value) : forPeople(value);
}
