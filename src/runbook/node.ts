import type { Json } from '../domain/run.ts';
import { type Position, quote } from './problem.ts';

/** A checked piece of YAML that remembers where it stood. The rest of the loader never sees the YAML library. */
export type Node = ScalarNode | ListNode | MapNode;

export interface ScalarNode {
  kind: 'scalar';
  at: Position;
  value: string | number | boolean | null;
  /** Where character 0 of the text stands when it is written on one line as it is, else null (escapes, block text). */
  textAt: Position | null;
}

export interface ListNode {
  kind: 'list';
  at: Position;
  nodes: Node[];
}

export interface MapNode {
  kind: 'map';
  at: Position;
  entries: ReadonlyMap<string, { keyAt: Position; node: Node }>;
}

/** The value without positions. Keys that would touch a prototype never get this far. */
export function plain(node: Node): Json {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.nodes.map(plain);
  return Object.fromEntries([...node.entries].map(([key, entry]) => [key, plain(entry.node)]));
}

export function childOf(node: Node, key: PropertyKey): Node | null {
  if (node.kind === 'list' && typeof key === 'number') return node.nodes[key] ?? null;
  if (node.kind === 'map' && typeof key === 'string') return node.entries.get(key)?.node ?? null;
  return null;
}

/** The position of character `offset` of a text, or of its beginning when it is not written as it is. */
export function positionIn(node: Node, offset: number): Position {
  if (node.kind !== 'scalar' || node.textAt === null) return node.at;
  return { line: node.textAt.line, column: node.textAt.column + offset };
}

/** `path` for `recover`, 2, `with` → `recover[2].with`. */
export function joinPath(path: string, key: PropertyKey): string {
  if (typeof key === 'number') return `${path}[${key}]`;
  return path === '' ? String(key) : `${path}.${String(key)}`;
}

/** What stands there, for "got …". */
export function describeNode(node: Node | null): string {
  if (node === null) return 'nothing';
  if (node.kind === 'list') return node.nodes.length === 0 ? 'an empty list' : `a list of ${node.nodes.length}`;
  if (node.kind === 'map') return node.entries.size === 0 ? 'an empty mapping' : 'a mapping';
  if (node.value === null) return 'nothing';
  if (node.value === '') return 'an empty text';
  return typeof node.value === 'string' ? quote(node.value) : `the ${typeof node.value} ${quote(String(node.value))}`;
}
