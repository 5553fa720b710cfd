// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a runbook writes references like this.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { compileRunbook } from '../../src/runbook/compile.ts';
import { describeProblem } from '../../src/runbook/problem.ts';
import { openRunbookSet } from '../../src/runbook/runbook-set.ts';
import { stepKinds } from '../../src/steps/index.ts';
import { POISON_OF_ALL } from './poison-whole-table.ts';
import { WHOLE } from './whole-language.ts';

function problemsOf(text: string) {
  const compiled = compileRunbook(text, 'runbooks/R-WHOLE.yaml', stepKinds);
  return compiled.kind === 'refused' ? compiled.problems : [];
}

test('the runbook that is poisoned below is a good one', () => {
  expect(problemsOf(WHOLE).map(describeProblem)).toEqual([]);
});

test.each(POISON_OF_ALL)('refuses %s, with the place and what to write', (_name, from, to, at, got) => {
  expect(WHOLE).toContain(from);
  const text = WHOLE.replace(from, () => to);
  const problems = problemsOf(text);
  const [line, column] = at.split(':').map(Number);
  const there = problems.filter((problem) => problem.line === line && problem.column === column);
  expect(
    there.map((problem) => problem.got.slice(0, 60)),
    problems.map(describeProblem).join('\n'),
  ).toContain(got);
  for (const problem of problems)
    expect(describeProblem(problem)).toMatch(
      /^runbooks\/R-WHOLE\.yaml:\d+:\d+ [a-z_]+(\[\d+\])?[a-zA-Z_.[\]\d]*: expected \S.*, got \S.*; \S/,
    );
});

test('each of them leaves the last good set live', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'rekey-poison-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const write = (text: string) => writeFileSync(join(dir, 'R-WHOLE.yaml'), text);
  // Alone in its folder, it can start nothing.
  const alone = WHOLE.replace('  - id: all\n    each: "${steps.siblings.keys}"\n', '  - id: all\n').replace(
    'uses: runbook.start\n    with: { runbook: R-ROTATE, inputs: { key: "${item}", mode: suspected } }\n    ramp: 3\n    max_failures: 20%\n',
    'uses: key.classify\n    with: { key: "${inputs.key}" }\n',
  );
  const withoutCall = alone.replace(/ {2}- id: status\n[\s\S]*?on_failure: continue\n/, '');
  write(withoutCall);
  const set = await openRunbookSet(dir, stepKinds);
  expect(set.problems()).toEqual([]);
  const good = set.current('R-WHOLE');
  const fitting = POISON_OF_ALL.filter(([, from]) => withoutCall.includes(from));
  expect(fitting.length).toBeGreaterThan(50);
  for (const [name, from, to] of fitting) {
    write(withoutCall.replace(from, () => to));
    expect((await set.reload()).length, name).toBeGreaterThan(0);
    expect(set.current('R-WHOLE'), name).toEqual(good);
  }
});
