import { z } from 'zod';
import type { Json, JsonObject, Scope } from '../domain/run.ts';
import { type Meaning, meaningOf } from '../steps/fields.ts';
import { checkNode, missing, unknownWord } from './check-node.ts';
import { compileConditionField } from './condition-field.ts';
import type { Condition } from './conditions.ts';
import { describeNode, joinPath, type MapNode, type Node, plain, positionIn, type ScalarNode } from './node.ts';
import type { Position, Report } from './problem.ts';
import { checkReference, hasReference, parseReference, piecesOf, type Reference } from './references.ts';
import { forPeople, requireReference, resolveReference } from './resolve.ts';
import { isComplaint, type ScopeTypes } from './scope.ts';
import { describeType, typeOf, unwrap, type ValueType } from './types.ts';

/** Puts values where references stand. Throws PermanentFailure when one that cannot be empty has no value. */
export type Resolver<Value extends Json = Json> = (scope: Scope) => Value;

/** A name that is written out in a field with a meaning: a rule, another runbook, a provider … */
export interface Mention {
  meaning: Meaning;
  name: string;
  at: Position;
  path: string;
}

export interface Checking {
  scope: ScopeTypes;
  report: Report;
  mentions: Mention[];
  /** Steps whose outputs have to be there: gathered on the way. */
  needs: Set<string>;
  /** The conditions among the fields, by their path in the file. */
  conditions: Map<string, Condition>;
}

interface Spot {
  node: Node;
  path: string;
}

/** Checks a `with` block against its step kind: types of literals and references, nothing missing, nothing unknown. */
export function compileWith(schema: z.ZodType, { node, path }: Spot, checking: Checking): Resolver<JsonObject> {
  const before = checking.report.count();
  const { schema: bare } = unwrap(schema);
  if (node.kind !== 'map' || !(bare instanceof z.ZodObject)) {
    checkNode(schema, { node, path, report: checking.report });
    return () => ({});
  }
  const resolve = compileObject(bare, { node, path }, checking);
  // Rules that span several fields can be asked only when every value is known now; which of them stand together always.
  if (checking.report.count() > before) return resolve;
  const only = containsReference(node) ? isAboutTogether : undefined;
  checkNode(schema, { node, path, report: checking.report, ...(only === undefined ? {} : { only }) });
  return resolve;
}

function isAboutTogether(issue: z.core.$ZodIssue): boolean {
  return issue.code === 'custom' && issue.params?.together === true;
}

function compileObject(
  schema: z.ZodObject,
  { node, path }: { node: MapNode; path: string },
  checking: Checking,
): Resolver<JsonObject> {
  const known = Object.keys(schema.shape);
  const parts: [string, Resolver][] = [];
  for (const [name, entry] of node.entries) {
    const field = schema.shape[name];
    const at = joinPath(path, name);
    if (field === undefined)
      checking.report.add(
        entry.keyAt,
        at,
        unknownWord(
          name,
          known,
          known.filter((one) => !node.entries.has(one)),
        ),
      );
    else parts.push([name, compileValue(field, { node: entry.node, path: at }, checking)]);
  }
  for (const name of known) {
    const field = schema.shape[name];
    if (field === undefined || node.entries.has(name) || unwrap(field).optional) continue;
    checking.report.add(node.at, joinPath(path, name), missing(name, field));
  }
  return (scope) => Object.fromEntries(parts.map(([name, resolve]) => [name, resolve(scope)]));
}

function compileValue(schema: z.core.$ZodType, spot: Spot, checking: Checking): Resolver {
  const { node } = spot;
  if (!containsReference(node)) return compileLiteral(schema, spot, checking);
  const { schema: bare } = unwrap(schema);
  if (node.kind === 'scalar') return compileText(schema, { node, path: spot.path }, checking);
  if (node.kind === 'list') {
    const element = elementOf(bare);
    if (element === null) return refuseShape(schema, spot, checking);
    const parts = node.nodes.map((child, index) =>
      compileValue(element, { node: child, path: joinPath(spot.path, index) }, checking),
    );
    return (scope) => parts.map((resolve) => resolve(scope));
  }
  if (bare instanceof z.ZodObject) return compileObject(bare, { node, path: spot.path }, checking);
  const values = bare instanceof z.ZodRecord ? bare.valueType : bare instanceof z.ZodLazy ? bare : null;
  if (values === null) return refuseShape(schema, spot, checking);
  const parts = [...node.entries].map(([name, entry]): [string, Resolver] => [
    name,
    compileValue(values, { node: entry.node, path: joinPath(spot.path, name) }, checking),
  ]);
  return (scope) => Object.fromEntries(parts.map(([name, resolve]) => [name, resolve(scope)]));
}

function elementOf(schema: z.core.$ZodType): z.core.$ZodType | null {
  if (schema instanceof z.ZodArray) return schema.element;
  if (schema instanceof z.ZodLazy) return schema;
  const options = schema instanceof z.ZodUnion ? schema.options : [];
  return options.map((one) => elementOf(unwrap(one).schema)).find((one) => one !== null) ?? null;
}

function refuseShape(schema: z.core.$ZodType, { node, path }: Spot, { report }: Checking): Resolver {
  const expected = describeType(typeOf(schema));
  report.add(node.at, path, { expected, got: describeNode(node), fix: `write ${expected}` });
  return () => null;
}

function compileLiteral(schema: z.core.$ZodType, spot: Spot, checking: Checking): Resolver {
  const { node, path } = spot;
  const { report } = checking;
  const checked = schema instanceof z.ZodType ? checkNode(schema, { node, path, report }) : null;
  if (typeof checked === 'string') compileConditionField(checked, { ...spot, meaning: meaningOf(schema) }, checking);
  collectMentions(schema, spot, checking.mentions);
  const value = plain(node);
  return () => value;
}

function collectMentions(schema: z.core.$ZodType, { node, path }: Spot, mentions: Mention[]): void {
  const { meaning } = typeOf(schema);
  const { schema: bare } = unwrap(schema);
  if (node.kind === 'scalar' && meaning !== null && typeof node.value === 'string')
    mentions.push({ meaning, name: node.value, at: node.at, path });
  if (node.kind === 'list' && bare instanceof z.ZodArray)
    for (const [index, child] of node.nodes.entries())
      collectMentions(bare.element, { node: child, path: joinPath(path, index) }, mentions);
  if (node.kind === 'map' && bare instanceof z.ZodObject)
    for (const [name, entry] of node.entries) {
      const field = bare.shape[name];
      if (field) collectMentions(field, { node: entry.node, path: joinPath(path, name) }, mentions);
    }
}

// What these fields say is checked against policy, grants and other runbooks before anything runs: it has to stand in the file.
export const WRITTEN_OUT: ReadonlySet<Meaning> = new Set([
  'duration',
  'condition',
  'live_condition',
  'approval_rule',
  'runbook',
  'runbook_hash',
  'provider',
  'sink',
  'host',
  'connection',
] as const satisfies Meaning[]);

/** A text with references: one reference as the whole value, or several inside words where people read them. */
export function compileText(
  schema: z.core.$ZodType,
  { node, path }: { node: ScalarNode; path: string },
  checking: Checking,
): Resolver {
  const target = typeOf(schema);
  const text = String(node.value);
  const pieces = piecesOf(text);
  const references = pieces.filter((piece) => piece.kind === 'reference');
  const forWords = target.meaning === 'people_text';
  if (forWords) checking.mentions.push({ meaning: 'people_text', name: text, at: node.at, path });
  if (target.meaning !== null && WRITTEN_OUT.has(target.meaning)) {
    const expected = `${describeType(target)}, written out`;
    checking.report.add(node.at, path, { expected, got: describeNode(node), fix: 'write the value itself' });
  } else {
    const isOpen = pieces.some((piece) => piece.kind === 'words' && hasReference(piece.text));
    const fix = 'write one reference and nothing else; words around it are for fields that people read';
    const got = describeNode(node);
    if (isOpen) checking.report.add(node.at, path, { expected: 'a reference that is closed by `}`', got, fix });
    else if (pieces.length > 1 && !forWords)
      checking.report.add(node.at, path, { expected: 'one reference as the whole value', got, fix });
  }
  const read = references.map((piece) => compileReference(piece, { node, path, target }, checking));
  if (forWords || !target.nullable) for (const reference of read) addNeeded(reference, checking.needs);
  if (!forWords) return wholeValue(read[0] ?? null, target.nullable);
  return sentence(pieces, read, longestOf(schema));
}

// With an alternative in another place, one of the two may be missing.
function addNeeded(reference: Reference | null, needs: Set<string>): void {
  const sources = (reference?.alternatives ?? []).map((one) =>
    one.kind === 'path' && one.segments[0] === 'steps' ? (one.segments[1] ?? null) : null,
  );
  const [only] = new Set(sources);
  if (only !== undefined && only !== null && sources.every((source) => source === only)) needs.add(only);
}

function compileReference(
  piece: { inner: string; offset: number },
  { node, path, target }: { node: ScalarNode; path: string; target: ValueType },
  { scope, report }: Checking,
): Reference | null {
  const at = positionIn(node, piece.offset);
  const reference = parseReference(piece.inner);
  if (isComplaint(reference)) {
    report.add(at, path, reference);
    return null;
  }
  const complaint = checkReference(reference, target, scope);
  if (complaint !== null) report.add(at, path, complaint);
  return reference;
}

function wholeValue(reference: Reference | null, nullable: boolean): Resolver {
  if (reference === null) return () => null;
  return nullable ? (scope) => resolveReference(reference, scope) : (scope) => requireReference(reference, scope);
}

function sentence(pieces: ReturnType<typeof piecesOf>, read: readonly (Reference | null)[], longest: number): Resolver {
  return (scope) => {
    const references = read.values();
    const words = pieces.map((piece) => {
      if (piece.kind === 'words') return piece.text;
      const reference = references.next().value ?? null;
      return reference === null ? '' : forPeople(requireReference(reference, scope));
    });
    const text = words.join('');
    return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
  };
}

function longestOf(schema: z.core.$ZodType): number {
  const { schema: bare } = unwrap(schema);
  return bare instanceof z.ZodString ? (bare.maxLength ?? 2_000) : 2_000;
}

function containsReference(node: Node): boolean {
  if (node.kind === 'scalar') return typeof node.value === 'string' && hasReference(node.value);
  if (node.kind === 'list') return node.nodes.some(containsReference);
  return [...node.entries.values()].some((entry) => containsReference(entry.node));
}
