import { z } from 'zod';
import { unrepeated } from '../../errors.ts';
import { DetailedRefusal } from '../problem.ts';
import type { RawRequest } from './endpoint.ts';

interface FieldProblem {
  in: string;
  field: string;
  expected: string;
  got: string;
}

const MOST_NAMED = 10;
const Nothing = z.strictObject({});

/** The request as its schema reads it. Throws DetailedRefusal `bad_body` or `bad_request` that names every field, what was expected and what came. */
export function readInput<I extends z.ZodObject>(schema: I, raw: RawRequest): z.output<I> {
  const given = { ...raw, body: raw.body === undefined ? {} : raw.body };
  const parsed = schema.safeParse(given);
  const unnamed = z
    .object({ params: Nothing, query: Nothing, ...schema.shape })
    .pick({ params: true, query: true })
    .safeParse(given);
  if (parsed.success && unnamed.success) return parsed.data;
  const issues = parsed.success ? [] : parsed.error.issues;
  const seen = new Set(issues.map((issue) => issue.path[0]));
  const more = unnamed.success ? [] : unnamed.error.issues.filter((issue) => !seen.has(issue.path[0]));
  const errors = [...issues, ...more].flatMap((issue) => problemsOf(issue, given)).slice(0, MOST_NAMED);
  const code = errors.every((problem) => problem.in === 'body') ? 'bad_body' : 'bad_request';
  throw new DetailedRefusal(code, sentenceOf(errors), { errors });
}

function sentenceOf(errors: readonly FieldProblem[]): string {
  const [first] = errors;
  if (first === undefined) return 'The request does not have the form that is expected here.';
  const more = errors.length > 1 ? ` And ${errors.length - 1} more: see \`errors\`.` : '';
  return `${first.field}: expected ${first.expected}; you sent ${first.got}.${more}`;
}

function problemsOf(issue: z.core.$ZodIssue, given: RawRequest): FieldProblem[] {
  const [part = 'body', ...path] = issue.path.map(String);
  const field = path.join('.') || part;
  if (issue.code === 'unrecognized_keys') {
    // Never by their names: whoever pastes a key in the wrong place may have made it the name of a field.
    const got = issue.keys.length === 1 ? 'one more' : `${issue.keys.length} more`;
    return [{ in: part, field, expected: 'no other fields than the documented ones', got }];
  }
  return [{ in: part, field, expected: expectationOf(issue), got: describe(valueAt(given, issue.path)) }];
}

function expectationOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `${issue.expected}`;
    case 'invalid_value':
      return issue.values.map((value) => JSON.stringify(value)).join(' or ');
    case 'too_small':
      return `at least ${issue.minimum}${unitOf(issue.origin)}`;
    case 'too_big':
      return `at most ${issue.maximum}${unitOf(issue.origin)}`;
    case 'invalid_format':
      return issue.message.startsWith('expected ')
        ? issue.message.slice('expected '.length)
        : `a valid ${issue.format}`;
    default:
      return issue.message.replace(/^expected /, '');
  }
}

function unitOf(origin: string): string {
  if (origin === 'string') return ' characters';
  return origin === 'array' || origin === 'record' ? ' entries' : '';
}

function valueAt(given: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, name) => (typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined),
    given,
  );
}

/** What came, without repeating text: it may be a key. */
function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (typeof value === 'string') return unrepeated(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return Array.isArray(value) ? `a list of ${value.length}` : 'an object';
}
