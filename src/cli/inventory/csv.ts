import type { MapNode, Node } from '../../runbook/node.ts';
import type { Position, Report } from '../../runbook/problem.ts';

interface Columns {
  numbers: ReadonlySet<string>;
  /** Written as words with spaces between. */
  lists: ReadonlySet<string>;
}

interface Cell {
  text: string;
  at: Position;
}

/** CSV (RFC 4180) with a line of names first, as `{ keys: [row, …] }` with positions, so that it is checked like YAML. Empty cells are left out. */
export function parseCsv(text: string, report: Report, columns: Columns): Node | null {
  const [head, ...rows] = cellsOf(text, report);
  if (report.count() > 0) return null;
  if (head === undefined) {
    report.add({ line: 1, column: 1 }, '', {
      expected: 'a line of names',
      got: 'an empty file',
      fix: 'write `name,service,environment` first',
    });
    return null;
  }
  for (const row of rows) {
    const last = row.at(-1);
    if (row.length !== head.length && last !== undefined)
      report.add(last.at, '', {
        expected: `${head.length} cells, as in line 1`,
        got: String(row.length),
        fix: 'write every cell, empty ones too',
      });
  }
  if (report.count() > 0) return null;
  const start = { line: 1, column: 1 };
  const nodes = rows.map((row) => nodeOf(head, row, columns));
  return mapOf(start, [['keys', { keyAt: start, node: { kind: 'list', at: start, nodes } }]]);
}

function nodeOf(head: readonly Cell[], row: readonly Cell[], columns: Columns): Node {
  const entries = row.flatMap((cell, index): [string, { keyAt: Position; node: Node }][] => {
    const name = head[index]?.text.trim() ?? '';
    return cell.text.trim() === '' ? [] : [[name, { keyAt: cell.at, node: cellValue(name, cell, columns) }]];
  });
  return mapOf(row[0]?.at ?? { line: 1, column: 1 }, entries);
}

function cellValue(name: string, { text, at }: Cell, { numbers, lists }: Columns): Node {
  const scalar = (value: string | number): Node => ({ kind: 'scalar', at, value, textAt: null });
  if (lists.has(name)) return { kind: 'list', at, nodes: text.trim().split(/\s+/).map(scalar) };
  return scalar(numbers.has(name) && /^\d+$/.test(text.trim()) ? Number(text) : text.trim());
}

function mapOf(at: Position, entries: [string, { keyAt: Position; node: Node }][]): MapNode {
  return { kind: 'map', at, entries: new Map(entries) };
}

const CELL = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;

function cellsOf(text: string, report: Report): Cell[][] {
  const rows: Cell[][] = [];
  let row: Cell[] = [];
  let [line, lineStart] = [1, 0];
  CELL.lastIndex = 0;
  while (CELL.lastIndex < text.length) {
    const start = CELL.lastIndex;
    const at = { line, column: start - lineStart + 1 };
    const match = CELL.exec(text);
    if (match === null) {
      report.add(at, '', {
        expected: 'a cell',
        got: 'a quote in the middle, or one that is never closed',
        fix: 'write " as "" inside of quotes',
      });
      return [];
    }
    const [, quoted, bare = '', end] = match;
    row.push({ text: quoted === undefined ? bare : quoted.replaceAll('""', '"'), at });
    const breaks = (text.slice(start, CELL.lastIndex).match(/\n/g) ?? []).length;
    line += breaks;
    if (breaks > 0) lineStart = text.lastIndexOf('\n', CELL.lastIndex - 1) + 1;
    if (end === ',' && CELL.lastIndex < text.length) continue;
    if (end === ',') row.push({ text: '', at });
    // An empty line between rows says nothing.
    if (row.length > 1 || row[0]?.text !== '') rows.push(row);
    row = [];
  }
  return rows;
}
