import fc from 'fast-check';
import { GOOD } from './small-catalogue.ts';

const LINES = GOOD.split('\n');
const FRAGMENTS = [
  '{',
  '}',
  '[',
  ']',
  ':',
  '- ',
  '&a',
  '*a',
  '!x',
  '<<: ',
  '"',
  "'",
  '|',
  '>',
  '%',
  '#',
  '${',
  '}',
  '\t',
  '\n',
  '\u202e',
  '__proto__: 1',
  'null',
  '~',
  '? ',
  '---',
  'steps.mint',
  '??',
];

/** Something that happens to a line of a good runbook, by a slip or on purpose. */
export const edit = fc.oneof(
  fc.record({ kind: fc.constant('delete' as const), line: fc.nat(LINES.length - 1) }),
  fc.record({ kind: fc.constant('repeat' as const), line: fc.nat(LINES.length - 1) }),
  fc.record({ kind: fc.constant('swap' as const), line: fc.nat(LINES.length - 2) }),
  fc.record({
    kind: fc.constant('insert' as const),
    line: fc.nat(LINES.length - 1),
    column: fc.nat(60),
    text: fc.oneof(fc.constantFrom(...FRAGMENTS), fc.string({ unit: 'binary', maxLength: 6 })),
  }),
  fc.record({ kind: fc.constant('cut' as const), line: fc.nat(LINES.length - 1), column: fc.nat(60) }),
);
type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never;

export function edited(edits: readonly Edit[]): string {
  const lines = [...LINES];
  for (const one of edits) {
    const line = lines[one.line] ?? '';
    if (one.kind === 'delete') lines.splice(one.line, 1);
    else if (one.kind === 'repeat') lines.splice(one.line, 0, line);
    else if (one.kind === 'swap') lines.splice(one.line, 2, lines[one.line + 1] ?? '', line);
    else if (one.kind === 'cut') lines[one.line] = line.slice(0, one.column);
    else lines[one.line] = `${line.slice(0, one.column)}${one.text}${line.slice(one.column)}`;
  }
  return lines.join('\n');
}
