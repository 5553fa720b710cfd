import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runbookJsonSchema } from '../src/runbook/json-schema.ts';
import { lintRunbooks } from '../src/runbook/lint.ts';
import { describeProblem } from '../src/runbook/problem.ts';
import { stepKinds } from '../src/steps/index.ts';

// Lints the shipped runbooks and compares the editors' schema with the step catalogue; `--write` brings the schema up to date.

const dir = join(import.meta.dirname, '..', 'runbooks');
const file = join(dir, 'runbook.schema.json');
const wanted = `${JSON.stringify(runbookJsonSchema(stepKinds), null, 2)}\n`;

if (process.argv.includes('--write')) writeFileSync(file, wanted);

const problems = (await lintRunbooks(dir, stepKinds, new Date())).map(describeProblem);
if (textOf(file) !== wanted)
  problems.push(
    'runbooks/runbook.schema.json is not what the step catalogue says; run `node scripts/check-runbooks.ts --write`',
  );

for (const problem of problems) console.error(problem);
if (problems.length === 0) console.log('The runbooks, the policy, the key classes and the editor schema are in order.');
process.exitCode = problems.length === 0 ? 0 : 1;

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
