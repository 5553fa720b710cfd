// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a runbook writes references like this.
import { describe, expect, test } from 'vitest';
import { compileRunbook } from '../../src/runbook/compile.ts';
import { describeProblem, type RunbookProblem } from '../../src/runbook/problem.ts';
import { POISON } from './poison-table.ts';
import { GOOD, smallCatalogue } from './small-catalogue.ts';

const FILE = 'runbooks/R-TEST.yaml';
const WHEN = 'when: has(steps.mint)';

function problemsOf(text: string): RunbookProblem[] {
  const compiled = compileRunbook(text, FILE, smallCatalogue);
  return compiled.kind === 'refused' ? compiled.problems : [];
}

test('the runbook that is poisoned below is a good one', () => {
  expect(problemsOf(GOOD)).toEqual([]);
});

describe('refuses', () => {
  test.each(POISON)('%s', (_name, from, to, at, got) => {
    expect(GOOD).toContain(from);
    const problems = problemsOf(GOOD.replace(from, () => to));
    const [line, column] = at.split(':').map(Number);
    const there = problems.filter((problem) => problem.line === line && problem.column === column);
    expect(
      there.map((problem) => problem.got.slice(0, 60)),
      problems.map(describeProblem).join('\n'),
    ).toContain(got);
  });

  test('an unknown step kind with the one that was meant, and not with all the others', () => {
    const [problem] = problemsOf(GOOD.replace('uses: approve', 'uses: aprove'));
    expect(problem).toMatchObject({ expected: 'a step kind', fix: expect.stringContaining('`approve`') });
  });

  test('phases in another order', () => {
    const contain = 'contain:\n  waived: There is nothing to contain in a test.\n';
    const [problem] = problemsOf(GOOD.replace(contain, '').replace('recover:', `${contain}recover:`));
    expect(problem).toMatchObject({
      line: 22,
      column: 1,
      path: 'contain',
      fix: 'write `contain` before `investigate`',
    });
  });

  test('more than 256 KB without reading it', () => {
    const [problem] = problemsOf(`${GOOD}# ${'x'.repeat(256 * 1024)}\n`);
    expect(problem).toMatchObject({ line: 1, expected: 'at most 256 KB' });
  });

  test.each([
    ['250 000 opening brackets', '['.repeat(250_000)],
    ['125 000 nested list entries', '- '.repeat(125_000)],
    ['125 000 nested keys', '? '.repeat(125_000)],
    ['50 000 keys', 'a: 1\n'.repeat(50_000)],
    ['250 000 empty lines', '\n'.repeat(250_000)],
    ['700 levels of indentation', Array.from({ length: 700 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
  ])('%s as too much, before anything is built from them', (_name, text) => {
    const [problem] = problemsOf(text);
    expect(problem?.expected).toMatch(/^at most (32 levels|2000 keys, values and entries)$/);
  });
});

describe('a problem', () => {
  const EVERY = POISON.map(([name, from, to]) => [name, GOOD.replace(from, () => to)] as const);

  test.each(EVERY)(
    'of %s names the file, a place inside it, what was expected, what came and what to write',
    (_name, text) => {
      const lines = text.split('\n');
      for (const problem of problemsOf(text)) {
        expect(problem.file).toBe(FILE);
        expect(problem.line).toBeGreaterThanOrEqual(1);
        expect(problem.line).toBeLessThanOrEqual(lines.length);
        expect(problem.column).toBeGreaterThanOrEqual(1);
        expect(problem.column).toBeLessThanOrEqual((lines[problem.line - 1]?.length ?? 0) + 1);
        expect(describeProblem(problem)).toMatch(/^runbooks\/R-TEST\.yaml:\d+:\d+ .*expected \S.*, got \S.*; \S/);
        expect(describeProblem(problem)).not.toMatch(/undefined|\[object|NaN|\n/);
      }
    },
  );

  test('is reported together with all the others of its file, in reading order', () => {
    const text = GOOD.replace('limit: 20', 'limt: 20')
      .replace('scopes: minimal', 'scopes: none')
      .replace('due: 30m', 'due: soon')
      .replace('review_by: 2027-05-20', 'review_by: soon');
    expect(problemsOf(text).map((problem) => problem.path)).toEqual([
      'review_by',
      'identify[0].with.limt',
      'recover[1].with.scopes',
      'communicate[0].due',
    ]);
  });

  test('of a broken condition is not repeated by what relies on the condition', () => {
    expect(problemsOf(GOOD.replace(WHEN, 'when: has(steps.mnt)'))).toHaveLength(1);
  });

  test('of a broken step kind is not repeated by what uses its outputs', () => {
    expect(problemsOf(GOOD.replace('    uses: mint\n', '    uses: mnit\n'))).toHaveLength(1);
  });

  test('of a misspelt phase is not repeated by what its steps would have given', () => {
    expect(problemsOf(GOOD.replace('identify:', 'identfy:'))).toHaveLength(2);
  });
});
