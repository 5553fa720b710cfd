import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lexer } from 'marked';
import { expect, onTestFinished, test } from 'vitest';
import { rehearse } from '../../src/rehearsal/rehearse.ts';
import { lintRunbooks } from '../../src/runbook/lint.ts';
import { describeProblem } from '../../src/runbook/problem.ts';
import { stepKinds } from '../../src/steps/index.ts';

const ROOT = join(import.meta.dirname, '../..');

test('the runbook that docs/runbooks.md teaches is right, and goes the way that its rehearsal says', async () => {
  const dir = join(mkdtempSync(join(tmpdir(), 'rekey-guide-')), 'runbooks');
  onTestFinished(() => rmSync(join(dir, '..'), { recursive: true, force: true }));
  cpSync(join(ROOT, 'runbooks'), dir, { recursive: true });
  const page = lexer(readFileSync(join(ROOT, 'docs', 'runbooks.md'), 'utf8'));
  const blocks = page.flatMap((token) => (token.type === 'code' && token.lang === 'yaml' ? [String(token.text)] : []));
  const write = (name: string, line: string) =>
    writeFileSync(join(dir, name), `${blocks.find((block) => block.includes(line)) ?? ''}\n`);
  write('R-CARD-API.yaml', '\nrunbook: R-CARD-API\n');
  write('R-CARD-API.rehearsal.yaml', '\nrehearses: R-CARD-API\n');

  const problems = (await lintRunbooks(dir, stepKinds, new Date('2026-11-21T00:00:00Z'))).map(describeProblem);
  expect(problems.filter((problem) => problem.includes('R-CARD-API'))).toEqual([]);
  const { rehearsed, problems: wrong } = await rehearse({
    dir,
    catalogue: stepKinds,
    only: ['R-CARD-API'],
    named: null,
  });
  expect(wrong).toEqual([]);
  expect(rehearsed.flatMap(({ cases }) => cases.map((one) => one.problems))).toEqual([[], []]);
  expect(rehearsed[0]?.coverage?.steps).toEqual({ covered: 11, of: 11 });
});
