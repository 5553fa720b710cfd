import { z } from 'zod';
import { childOf, describeNode, joinPath, type Node, plain } from './node.ts';
import type { Complaint, Position, Report } from './problem.ts';
import { quote } from './problem.ts';
import { listed, suggestion } from './suggest.ts';
import { describeType, exampleOf, typeOf, unwrap } from './types.ts';

export interface Placed {
  node: Node;
  path: string;
  report: Report;
  /** Which mismatches count; without it, all. */
  only?: (issue: z.core.$ZodIssue) => boolean;
}

/** The value behind a node, checked by a zod schema; null after every mismatch was reported where it stands. */
export function checkNode<Schema extends z.ZodType>(schema: Schema, placed: Placed): z.output<Schema> | null {
  const result = schema.safeParse(plain(placed.node));
  if (result.success) return result.data;
  for (const issue of result.error.issues.filter(placed.only ?? (() => true))) explainIssue(issue, schema, placed);
  return null;
}

function explainIssue(issue: z.core.$ZodIssue, schema: z.core.$ZodType, placed: Placed): void {
  if (issue.code === 'unrecognized_keys') {
    for (const key of issue.keys) unknownKey(key, { issue, schema, placed });
    return;
  }
  const spot = locate(placed, issue.path);
  if (spot.missing !== null) {
    const wanted = schemaAt(schema, issue.path);
    placed.report.add(spot.at, spot.path, missing(spot.missing, wanted));
    return;
  }
  const inner = issue.code === 'invalid_union' ? issue.errors.flat().find((one) => one.path.length > 0) : undefined;
  if (inner !== undefined) {
    explainIssue({ ...inner, path: [...issue.path, ...inner.path] }, schema, placed);
    return;
  }
  const at = issue.code === 'invalid_key' ? spot.keyAt : spot.at;
  placed.report.add(at, spot.path, complaintOf(issue, schemaAt(schema, issue.path), spot.node));
}

function unknownKey(
  key: string,
  { issue, schema, placed }: { issue: z.core.$ZodIssue; schema: z.core.$ZodType; placed: Placed },
): void {
  const owner = schemaAt(schema, issue.path);
  const known = (owner === null ? [] : keysOf(unwrap(owner).schema)).filter((name) => name !== key);
  const parent = nodeAt(placed.node, issue.path);
  const at = parent?.kind === 'map' ? parent.entries.get(key)?.keyAt : undefined;
  const path = [...issue.path, key].reduce(joinPath, placed.path);
  const present = parent?.kind === 'map' ? new Set(parent.entries.keys()) : new Set();
  placed.report.add(
    at ?? placed.node.at,
    path,
    unknownWord(
      key,
      known,
      known.filter((name) => !present.has(name)),
    ),
  );
}

function keysOf(schema: z.core.$ZodType): string[] {
  if (schema instanceof z.ZodObject) return Object.keys(schema.shape);
  if (schema instanceof z.ZodUnion) return [...new Set(schema.options.flatMap((one) => keysOf(unwrap(one).schema)))];
  return schema instanceof z.ZodRecord && schema.keyType instanceof z.ZodEnum ? schema.keyType.options.map(String) : [];
}

/** For a key that nobody knows; `open` are the keys that could still be meant. */
export function unknownWord(word: string, known: readonly string[], open: readonly string[]): Complaint {
  return {
    expected: known.length === 0 ? 'no key here' : listed(known),
    got: `the unknown key ${quote(word)}`,
    fix: suggestion(word, open),
  };
}

export function missing(key: PropertyKey, wanted: z.core.$ZodType | null): Complaint {
  const type = wanted === null ? null : typeOf(wanted);
  const description = type === null ? '' : `: ${describeType(type)}`;
  const example = type === null ? '…' : exampleOf(type);
  // Where nothing may stand there, it has to be said; which key or secret is meant only the author knows.
  const fix =
    type?.nullable === true
      ? `write \`${String(key)}: null\` where there is none, or a reference`
      : `write \`${String(key)}: ${example}\``;
  return {
    expected: `\`${String(key)}\`${description}${type?.nullable === true ? ', or null' : ''}`,
    got: 'nothing',
    fix,
  };
}

function complaintOf(issue: z.core.$ZodIssue, wanted: z.core.$ZodType | null, node: Node | null): Complaint {
  const got = describeNode(node);
  const type = wanted === null ? null : typeOf(wanted);
  const example = type === null ? 'another value' : `\`${exampleOf(type)}\``;
  const text = node?.kind === 'scalar' ? String(node.value) : '';
  if (issue.code === 'invalid_value') {
    const values = issue.values.map(String);
    return { expected: listed(values), got, fix: suggestion(text, values) };
  }
  if (issue.code === 'invalid_type') {
    const wantsText = issue.expected === 'string' && node?.kind === 'scalar' && node.value !== null;
    const expected = type === null ? issue.expected : describeType(type);
    return { expected, got, fix: wantsText ? 'write it in quotes' : `write ${example}` };
  }
  if (issue.code === 'invalid_union' && type?.shape.kind === 'text' && type.shape.values !== null)
    return { expected: describeType(type), got, fix: suggestion(text, type.shape.values) };
  if (issue.code === 'too_small' || issue.code === 'too_big') return { ...outOfRange(issue), got };
  if (issue.code === 'invalid_key') {
    const why = issue.issues[0];
    const expected = why === undefined ? 'another name' : sentenceAfterExpected(why);
    return { expected, got: quote(String(issue.path.at(-1))), fix: 'write another name' };
  }
  const expected = sentenceAfterExpected(issue);
  return { expected, got, fix: `write ${type?.meaning ? example : expected}` };
}

// Messages of our own schemas begin with "expected", so that zod's other users read a sentence too.
function sentenceAfterExpected(issue: z.core.$ZodIssue): string {
  if (issue.message.startsWith('expected ')) return issue.message.slice('expected '.length);
  if (issue.code === 'invalid_value') return listed(issue.values.map(String));
  return `another value (${issue.message})`;
}

function outOfRange(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): Pick<Complaint, 'expected' | 'fix'> {
  const limit = issue.code === 'too_small' ? issue.minimum : issue.maximum;
  const unit = { string: 'characters', array: 'entries', set: 'entries' }[String(issue.origin)] ?? '';
  const word = issue.code === 'too_small' ? 'at least' : 'at most';
  const amount = `${limit} ${limit === 1 ? unit.replace(/ies$/, 'y').replace(/s$/, '') : unit}`.trim();
  return { expected: `${word} ${amount}`, fix: `write ${word} ${amount}` };
}

interface Spot {
  at: Position;
  /** Where its key stands, when it has one. */
  keyAt: Position;
  path: string;
  node: Node | null;
  /** The key that is not there; its parent's position is given then. */
  missing: PropertyKey | null;
}

function locate({ node, path }: Placed, issuePath: readonly PropertyKey[]): Spot {
  let spot: Spot = { at: node.at, keyAt: node.at, path, node, missing: null };
  for (const key of issuePath) {
    const child: Node | null = spot.node === null ? null : childOf(spot.node, key);
    if (child === null) return { ...spot, path: joinPath(spot.path, key), node: null, missing: key };
    const entry = spot.node?.kind === 'map' && typeof key === 'string' ? spot.node.entries.get(key) : undefined;
    const at = child.kind === 'scalar' && child.value === null && entry ? entry.keyAt : child.at;
    spot = { at, keyAt: entry?.keyAt ?? at, path: joinPath(spot.path, key), node: child, missing: null };
  }
  return spot;
}

function nodeAt(node: Node, path: readonly PropertyKey[]): Node | null {
  return path.reduce<Node | null>((found, key) => (found === null ? null : childOf(found, key)), node);
}

function schemaAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): z.core.$ZodType | null {
  let found = schema;
  for (const key of path) {
    const { schema: bare } = unwrap(found);
    const next = stepInto(bare, key);
    if (next === null) return null;
    found = next;
  }
  return path.length === 0 ? unwrap(found).schema : found;
}

function stepInto(schema: z.core.$ZodType, key: PropertyKey): z.core.$ZodType | null {
  if (schema instanceof z.ZodObject) return schema.shape[String(key)] ?? null;
  if (schema instanceof z.ZodArray) return schema.element;
  if (schema instanceof z.ZodRecord) return schema.valueType;
  if (schema instanceof z.ZodUnion) {
    const parts = schema.options.flatMap((one) => stepInto(unwrap(one).schema, key) ?? []);
    return parts.length < 2 ? (parts[0] ?? null) : z.union(parts);
  }
  return null;
}
