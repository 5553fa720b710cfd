import { CST, Lexer, type LineCounter } from 'yaml';
import type { Complaint, Report } from './problem.ts';
import { quote } from './problem.ts';

export const MAX_BYTES = 256 * 1024;
export const MAX_NODES = 2_000;
export const MAX_DEPTH = 32;
// Comments and blank lines are lexemes too: a file of 2 000 nodes has about 15 000.
const MAX_LEXEMES = 40_000;

const REFUSED: Partial<Record<CST.TokenType, (source: string) => Complaint>> = {
  'directive-line': (source) => ({
    expected: 'YAML 1.2 without directives',
    got: `the directive ${quote(source)}`,
    fix: 'remove the line',
  }),
  anchor: (source) => ({
    expected: 'values that are written out',
    got: `the anchor ${quote(source)}`,
    fix: 'write the value where it is needed; a text that begins with & needs quotes',
  }),
  alias: (source) => ({
    expected: 'values that are written out',
    got: `the alias ${quote(source)}`,
    fix: 'write the value itself; a text that begins with * needs quotes',
  }),
  tag: (source) => ({
    expected: 'plain data without tags',
    got: `the tag ${quote(source)}`,
    fix: 'write the value in quotes: a text that begins with ! is a tag otherwise',
  }),
};

const NODES: ReadonlySet<string> = new Set<CST.TokenType>([
  'scalar',
  'single-quoted-scalar',
  'double-quoted-scalar',
  'block-scalar-header',
  'seq-item-ind',
  'explicit-key-ind',
  'flow-map-start',
  'flow-seq-start',
]);

/**
 * Looks at the text before anything is built from it, so that a bomb costs a scan and not a tree: measured, composing 256 KB of tiny
 * nodes takes half a second, scanning it stops after 2 000. Also learns where lines begin. True when the text may be composed.
 */
export function refuseLexemes(text: string, lines: LineCounter, report: Report): boolean {
  lines.addNewLine(0);
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines.addNewLine(at + 1);
  const before = report.count();
  let [offset, nodes, lexemes, depth] = [0, 0, 0, 0];
  let isText = false;
  const complain = (complaint: Complaint) => report.add(placeOf(lines, offset), '', complaint);
  for (const lexeme of new Lexer().lex(text)) {
    // What follows the lexer's scalar marker is text, even when it begins like a tag or a directive.
    const type = isText ? null : CST.tokenType(lexeme);
    isText = lexeme === CST.SCALAR;
    // The lexer's own markers are control characters, which the text cannot contain: they stand for no source.
    const marker = lexeme === CST.DOCUMENT || lexeme === CST.FLOW_END || lexeme === CST.SCALAR;
    const complaint = type === null ? undefined : REFUSED[type]?.(lexeme);
    if (complaint) complain(complaint);
    if (type === 'flow-map-start' || type === 'flow-seq-start') depth += 1;
    if (type === 'flow-map-end' || type === 'flow-seq-end') depth -= 1;
    if (type !== null && NODES.has(type)) nodes += 1;
    lexemes += 1;
    const overflow = tooMuch(nodes, lexemes, depth);
    if (overflow !== null) {
      complain(overflow);
      return false;
    }
    if (!marker) offset += lexeme.length;
  }
  return report.count() === before;
}

function tooMuch(nodes: number, lexemes: number, depth: number): Complaint | null {
  if (depth > MAX_DEPTH) return tooDeep;
  return nodes > MAX_NODES || lexemes > MAX_LEXEMES ? tooMany : null;
}

export const tooDeep: Complaint = {
  expected: `at most ${MAX_DEPTH} levels`,
  got: 'one level more',
  fix: 'write it with fewer levels',
};

export const tooMany: Complaint = {
  expected: `at most ${MAX_NODES} keys, values and entries`,
  got: 'more than that',
  fix: 'write two runbooks, one of which starts the other',
};

export function placeOf(lines: LineCounter, offset: number) {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}
