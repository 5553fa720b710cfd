import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { rehearsalJsonSchema } from '../src/rehearsal/json-schema.ts';
import { runbookPage } from '../src/runbook/docs/runbook-page.ts';
import { stepsPage } from '../src/runbook/docs/steps-page.ts';
import { runbookJsonSchema } from '../src/runbook/json-schema.ts';
import { lintRunbooks } from '../src/runbook/lint.ts';
import { loadRunbooks } from '../src/runbook/load.ts';
import { describeProblem } from '../src/runbook/problem.ts';
import { lintTemplates, loadTemplates } from '../src/runbook/templates.ts';
import { stepKinds } from '../src/steps/index.ts';

// Lints the shipped runbooks and templates, and compares what is made from the step catalogue and from them with what is in the repository:
// the editors' schema and the pages in docs/. `--write` brings these up to date.

const root = join(import.meta.dirname, '..');
const dir = join(root, 'runbooks');
const pages = join('docs', 'runbooks');
const ofTemplates = join(pages, 'templates');
const { runbooks } = await loadRunbooks(dir, stepKinds);
const templates = await loadTemplates(dir, stepKinds);
const made = new Map([
  [join('runbooks', 'runbook.schema.json'), `${JSON.stringify(runbookJsonSchema(stepKinds), null, 2)}\n`],
  [join('runbooks', 'rehearsal.schema.json'), `${JSON.stringify(rehearsalJsonSchema(), null, 2)}\n`],
  [join('docs', 'steps.md'), stepsPage(stepKinds)],
  ...[...runbooks.values()].map((one) => [join(pages, `${one.id}.md`), runbookPage(one)] as const),
  ...[...templates.values()].map((one) => [join(ofTemplates, `${one.id}.md`), runbookPage(one)] as const),
]);
const stale = [pages, ofTemplates].flatMap(namesIn).filter((name) => !made.has(name));

if (process.argv.includes('--write')) {
  for (const [name, text] of made) write(name, text);
  for (const name of stale) rmSync(join(root, name));
}

const now = new Date();
const linted = [...(await lintRunbooks(dir, stepKinds, now)), ...(await lintTemplates(dir, stepKinds, now)).problems];
const problems = linted.map(describeProblem);
for (const [name, text] of made)
  if (textOf(name) !== text)
    problems.push(
      `${name} is not what the step catalogue and the runbooks say; run \`node scripts/check-runbooks.ts --write\``,
    );

for (const problem of problems) console.error(problem);
if (problems.length === 0)
  console.log('The runbooks, the policy, the key classes, the editor schema and the pages about them are in order.');
process.exitCode = problems.length === 0 ? 0 : 1;

function write(name: string, text: string): void {
  mkdirSync(dirname(join(root, name)), { recursive: true });
  writeFileSync(join(root, name), text);
}

function textOf(name: string): string {
  try {
    return readFileSync(join(root, name), 'utf8');
  } catch {
    return '';
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) =>
      entry.isFile() ? [join(folder, entry.name)] : [],
    );
  } catch {
    return [];
  }
}
