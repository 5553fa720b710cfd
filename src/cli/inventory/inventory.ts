import { z } from 'zod';
import { KeyClass } from '../../domain/key.ts';
import { checkNode } from '../../runbook/check-node.ts';
import { describeNode, type Node } from '../../runbook/node.ts';
import { parseYaml } from '../../runbook/parse.ts';
import { type Report, type RunbookProblem, startReport } from '../../runbook/problem.ts';
import { parseCsv } from './csv.ts';

const Text = z.string().min(1);
const Day = z.string().regex(/^\d{4}-\d\d-\d\d(T.+)?$/, 'expected a time such as 2027-05-20');

/** One key as an inventory lists it: what people say of it, and where its value can be read once. Never the value. */
export const Entry = z
  .strictObject({
    name: Text,
    class: KeyClass.default('api_key'),
    service: Text,
    environment: Text,
    owner: Text.optional(),
    escalation: Text.optional(),
    runbook: Text.optional(),
    secret_ref: Text.optional(),
    administers: Text.optional(),
    scopes: z.array(Text).default([]),
    rate_limit: z.int().min(1).optional(),
    deliver: Text.optional(),
    probe_url: Text.optional(),
    expires: Day.optional(),
    expiry_days: z.int().min(1).max(3_650).optional(),
    /** A file that only its owner can read; without it only the metadata is registered. */
    value_file: Text.optional(),
  })
  .refine(({ expires, expiry_days }) => expires === undefined || expiry_days === undefined, {
    path: ['expiry_days'],
    message: 'expected either `expires` or `expiry_days`',
  });
export type Entry = z.infer<typeof Entry>;

const Inventory = z.strictObject({ keys: z.array(Entry).min(1) });

/** An entry and the line that it begins on. */
export interface Listed extends Entry {
  line: number;
}

export type Read = { kind: 'ok'; entries: Listed[] } | { kind: 'refused'; problems: RunbookProblem[] };

/** An inventory as YAML (`keys:` and a list) or CSV (a line of names first). Every problem says its line and column. */
export function readInventory(text: string, file: string): Read {
  const report = startReport(file);
  const quiet = withoutTexts(report);
  const node = file.endsWith('.csv')
    ? parseCsv(text, quiet, { numbers: NUMBERS, lists: LISTS })
    : parseYaml(text, quiet);
  if (node !== null && node.kind !== 'map')
    quiet.add(node.at, '', { expected: '`keys:` and a list', got: describeNode(node), fix: 'write `keys:` first' });
  const found = node?.kind === 'map' ? checkNode(Inventory, { node, path: '', report: quiet }) : null;
  if (found === null || node === null) return { kind: 'refused', problems: report.problems() };
  const entries = found.keys.map((entry, index) => ({ ...entry, line: lineOf(node, index) }));
  refuseDoubles(entries, report);
  return report.count() > 0 ? { kind: 'refused', problems: report.problems() } : { kind: 'ok', entries };
}

const OUR_PATH = /^(keys(\[\d+\](\.[a-z_]{1,20}(\[\d+\])?)?)?)?$/;

/** What came is told by line and column only: unlike a runbook, an inventory is where a value is easily pasted into the wrong cell. */
function withoutTexts(report: Report): Report {
  return {
    ...report,
    add: (at, path, { expected, got, fix }) =>
      report.add(at, OUR_PATH.test(path) ? path : 'keys', { expected, fix, got: got.replace(/`.*$/s, UNSHOWN) }),
  };
}

const UNSHOWN = '… (not repeated here: it might be a secret)';

const NUMBERS = new Set(['rate_limit', 'expiry_days']);
const LISTS = new Set(['scopes']);

function lineOf(node: Node, index: number): number {
  const list = node.kind === 'map' ? node.entries.get('keys')?.node : undefined;
  return (list?.kind === 'list' ? list.nodes[index]?.at.line : undefined) ?? 1;
}

function refuseDoubles(entries: readonly Listed[], report: Report): void {
  const seen = new Map<string, number>();
  for (const { name, line } of entries) {
    const before = seen.get(name);
    if (before !== undefined)
      report.add({ line, column: 1 }, name, {
        expected: 'each name once',
        got: `\`${name}\`, which stands in line ${before}`,
        fix: 'write another name, or remove one of the two',
      });
    seen.set(name, line);
  }
}
