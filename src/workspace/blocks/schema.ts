import { isJson, type Json } from '../json.ts';

export interface Problem {
  /** RFC 6901, from the root of what was checked. */
  pointer: string;
  message: string;
  constraint?: Json;
}

/** Looks at one value and adds what is wrong with it. Never throws, never stops at the first problem. */
export type Check = (value: unknown, at: string, problems: Problem[]) => void;

/** Something that only shows when the whole object is seen: two fields that exclude each other, a missing pair. */
export type Rule = (value: Json, at: string, problems: Problem[]) => void;

interface Field {
  check: Check;
  required: boolean;
}

export const required = (check: Check): Field => ({ check, required: true });
export const optional = (check: Check): Field => ({ check, required: false });

export function text(max: number, min = 1): Check {
  return (value, at, problems) => {
    if (typeof value !== 'string') return void problems.push(mustBe('string', at));
    if (value.length > max) problems.push(limit(`must be less than ${max + 1} characters`, at, { max_length: max }));
    if (value.length < min) problems.push(limit(`must be more than ${min - 1} characters`, at, { min_length: min }));
  };
}

export const flag: Check = (value, at, problems) => {
  if (typeof value !== 'boolean') problems.push(mustBe('boolean', at));
};

export function wholeNumber(min: number, max: number): Check {
  return (value, at, problems) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) return void problems.push(mustBe('integer', at));
    if (value < min || value > max) problems.push(limit(`must be between ${min} and ${max}`, at, { min, max }));
  };
}

export function matching(pattern: RegExp, wanted: string): Check {
  return (value, at, problems) => {
    if (typeof value !== 'string' || !pattern.test(value)) problems.push({ pointer: at, message: `must be ${wanted}` });
  };
}

export function oneOf(...allowed: readonly string[]): Check {
  return (value, at, problems) => {
    if (typeof value === 'string' && allowed.includes(value)) return;
    problems.push({ pointer: at, message: `must be one of: ${allowed.join(', ')}`, constraint: choices(allowed) });
  };
}

export function list(each: Check, { max, min = 1 }: { max: number; min?: number }): Check {
  return (value, at, problems) => {
    if (!Array.isArray(value)) return void problems.push(mustBe('array', at));
    if (value.length > max) problems.push(limit(`no more than ${max} items allowed`, at, { max_items: max }));
    if (value.length < min) problems.push(limit(`no fewer than ${min} items allowed`, at, { min_items: min }));
    value.forEach((element, index) => {
      each(element, `${at}/${index}`, problems);
    });
  };
}

/** Slack refuses fields it does not know, so a misspelt one is never silently ignored. */
export function shape(fields: Record<string, Field>, ...rules: Rule[]): Check {
  return (value, at, problems) => {
    if (!isJson(value)) return void problems.push(mustBe('object', at));
    for (const [name, field] of Object.entries(fields)) {
      if (value[name] !== undefined) field.check(value[name], `${at}/${name}`, problems);
      else if (field.required) problems.push({ pointer: at, message: `missing required field: ${name}` });
    }
    for (const name of Object.keys(value)) {
      if (!Object.hasOwn(fields, name)) problems.push({ pointer: at, message: `invalid additional property: ${name}` });
    }
    for (const rule of rules) rule(value, at, problems);
  };
}

/** Picks the check by the object's `type`. */
export function byType(table: Record<string, Check>): Check {
  return (value, at, problems) => {
    if (!isJson(value)) return void problems.push(mustBe('object', at));
    const { type } = value;
    if (typeof type !== 'string') return void problems.push({ pointer: at, message: 'missing required field: type' });
    const check = Object.hasOwn(table, type) ? table[type] : undefined;
    if (check) return check(value, at, problems);
    problems.push({
      pointer: `${at}/type`,
      message: `unsupported type: ${type}`,
      constraint: choices(Object.keys(table)),
    });
  };
}

/** Exactly one of these fields is given. */
export function exactlyOne(...names: string[]): Rule {
  return (value, at, problems) => {
    const given = names.filter((name) => value[name] !== undefined);
    if (given.length === 1) return;
    problems.push({ pointer: at, message: `must define exactly one of: ${names.join(', ')}` });
  };
}

export function atLeastOne(...names: string[]): Rule {
  return (value, at, problems) => {
    if (names.some((name) => value[name] !== undefined)) return;
    problems.push({ pointer: at, message: `must define at least one of: ${names.join(', ')}` });
  };
}

/** No two elements share this id; elements without one get a generated id and cannot clash. */
export function unique(field: string, elements: readonly unknown[], at: string, problems: Problem[]): void {
  const seen = new Set<unknown>();
  elements.forEach((element, index) => {
    const id = isJson(element) ? element[field] : undefined;
    if (id === undefined) return;
    if (seen.has(id))
      problems.push({ pointer: `${at}/${index}/${field}`, message: `\`${field}\` ${id} already exists` });
    seen.add(id);
  });
}

const mustBe = (type: string, pointer: string): Problem => ({ pointer, message: `must be a valid ${type}` });

const choices = (expected: readonly string[]): Json => ({ type: 'enum', expected: [...expected] });

function limit(message: string, pointer: string, constraint: Json): Problem {
  return { pointer, message, constraint };
}
