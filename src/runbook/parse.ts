import { isMap, isScalar, isSeq, LineCounter, type ParsedNode, parseDocument, Scalar, type YAMLError } from 'yaml';
import type { ListNode, MapNode, Node } from './node.ts';
import { type Complaint, type Position, quote, type Report } from './problem.ts';
import { MAX_BYTES, MAX_DEPTH, MAX_NODES, placeOf, refuseLexemes, tooDeep, tooMany } from './refuse-lexemes.ts';

/**
 * YAML 1.2 as plain data with positions, or null with every reason in `report`. No tags, anchors, aliases, merge keys, directives or
 * second documents; no invisible characters; at most 256 KB, 2 000 nodes, 32 levels.
 */
export function parseYaml(text: string, report: Report): Node | null {
  if (!isReadable(text, report)) return null;
  const lines = new LineCounter();
  if (!refuseLexemes(text, lines, report)) return null;
  const document = parseDocument(text, {
    version: '1.2',
    stringKeys: true,
    merge: false,
    resolveKnownTags: false,
    prettyErrors: false,
    logLevel: 'error',
  });
  for (const error of [...document.errors, ...document.warnings])
    report.add(placeOf(lines, error.pos[0]), '', explain(error, text));
  if (report.count() > 0) return null;
  if (document.contents === null || isEmpty(document.contents)) {
    report.add(START, '', {
      expected: 'a mapping',
      got: 'an empty file',
      fix: 'write `runbook: R-…` or remove the file',
    });
    return null;
  }
  const node = convert(document.contents, { lines, text, report, count: 0 }, 1);
  return report.count() > 0 ? null : node;
}

const START: Position = { line: 1, column: 1 };

// Control characters, and the ones that make a reviewer read another order than the loader (bidirectional marks, zero-width space).
// The two joiners stay: scripts and emoji need them.
const UNREADABLE = /(?![\t\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

function isReadable(text: string, report: Report): boolean {
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_BYTES) {
    const fix = 'write two runbooks, one of which starts the other';
    report.add(START, '', { expected: `at most ${MAX_BYTES / 1024} KB`, got: `${Math.ceil(bytes / 1024)} KB`, fix });
    return false;
  }
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const found = UNREADABLE.exec(line);
    if (found === null) continue;
    const code = (found[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    report.add({ line: index + 1, column: found.index + 1 }, '', {
      expected: 'text that everybody sees as it is',
      got: `the invisible character U+${code}`,
      fix: 'remove it',
    });
  }
  return report.count() === 0;
}

function isEmpty(node: ParsedNode): boolean {
  return isScalar(node) && node.value === null;
}

function explain(error: YAMLError, text: string): Complaint {
  const there = quote(text.slice(error.pos[0], error.pos[1]).split('\n')[0] ?? '');
  if (error.code === 'DUPLICATE_KEY')
    return {
      expected: 'each key once',
      got: `${quote(keyAt(text, error.pos[0]))} a second time`,
      fix: 'remove one of the two',
    };
  if (error.code === 'NON_STRING_KEY')
    return { expected: 'a text as key', got: there, fix: 'write the key as plain text' };
  if (error.code === 'MULTIPLE_DOCS')
    return { expected: 'one document', got: 'a second one', fix: 'write it into a file of its own' };
  if (error.code === 'TAB_AS_INDENT')
    return { expected: 'spaces at the beginning of a line', got: 'a tab', fix: 'write two spaces instead' };
  const [sentence = error.code] = error.message.split('\n');
  return {
    expected: 'YAML 1.2',
    got: `${there} (${sentence})`,
    fix: 'write it with the indentation and quotes of YAML',
  };
}

function keyAt(text: string, offset: number): string {
  return /^["']?([^"':\s]*)/.exec(text.slice(offset, offset + 100))?.[1] ?? '';
}

interface Conversion {
  lines: LineCounter;
  text: string;
  report: Report;
  count: number;
}

function convert(node: ParsedNode | null, to: Conversion, depth: number): Node {
  const at = node === null ? START : placeOf(to.lines, node.range[0]);
  to.count += 1;
  if (depth > MAX_DEPTH || to.count > MAX_NODES) {
    to.report.add(at, '', depth > MAX_DEPTH ? tooDeep : tooMany);
    return { kind: 'scalar', at, value: null, textAt: null };
  }
  if (isMap<ParsedNode, ParsedNode | null>(node)) return convertMap(node.items, { at, to, depth });
  if (isSeq<ParsedNode>(node)) {
    const nodes: ListNode['nodes'] = node.items.map((child) => convert(child, to, depth + 1));
    return { kind: 'list', at, nodes };
  }
  return isScalar(node) ? convertScalar(node, at, to) : { kind: 'scalar', at, value: null, textAt: null };
}

interface PairLike {
  key: ParsedNode;
  value: ParsedNode | null;
}

// `<<` is a merge in other readers, the rest reaches a prototype in JavaScript: none is a name that a runbook needs.
const REFUSED_KEYS = new Set(['<<', '__proto__', 'constructor', 'prototype']);

function convertMap(items: readonly PairLike[], where: { at: Position; to: Conversion; depth: number }): MapNode {
  const entries: [string, { keyAt: Position; node: Node }][] = [];
  for (const { key, value } of items) {
    const keyAt = placeOf(where.to.lines, key.range[0]);
    const name = isScalar(key) ? String(key.value) : '';
    if (REFUSED_KEYS.has(name) || name === '')
      where.to.report.add(keyAt, '', { expected: 'a name as key', got: quote(name), fix: 'write another key' });
    else
      entries.push([
        name,
        { keyAt, node: value === null ? emptyAt(keyAt) : convert(value, where.to, where.depth + 1) },
      ]);
  }
  return { kind: 'map', at: where.at, entries: new Map(entries) };
}

function emptyAt(at: Position): Node {
  return { kind: 'scalar', at, value: null, textAt: null };
}

function convertScalar(node: Scalar.Parsed, at: Position, to: Conversion): Node {
  const { value } = node;
  const isPlainValue = value === null || typeof value === 'string' || typeof value === 'boolean';
  if (!isPlainValue && !(typeof value === 'number' && Number.isFinite(value))) {
    to.report.add(at, '', {
      expected: 'a text, number or boolean',
      got: quote(node.source),
      fix: 'write it in quotes',
    });
    return { kind: 'scalar', at, value: null, textAt: null };
  }
  const quoted = node.type === Scalar.QUOTE_DOUBLE || node.type === Scalar.QUOTE_SINGLE;
  const start = node.range[0] + (quoted ? 1 : 0);
  const asWritten = typeof value === 'string' && to.text.startsWith(value, start);
  return { kind: 'scalar', at, value, textAt: asWritten ? placeOf(to.lines, start) : null };
}
