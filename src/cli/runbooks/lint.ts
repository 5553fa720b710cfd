import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { Refusal } from '../../errors.ts';
import { lintRunbooks } from '../../runbook/lint.ts';
import type { RunbookProblem } from '../../runbook/problem.ts';
import { shownAs, yamlFilesIn } from '../../runbook/read-file.ts';
import { stepKinds } from '../../steps/index.ts';
import type { CliCommand } from '../command.ts';
import { counted, say, sayJson } from '../print.ts';
import { codesNote } from './codes-note.ts';
import { folderHere } from './folder.ts';

export const lint: CliCommand = (group) => {
  group
    .command('lint')
    .argument('[files...]', 'only these files; without any, everything in the runbooks folder')
    .description('what is wrong, by file, line and column, and what to write instead; exit 1 when anything is')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  rekey runbooks lint runbooks/R-KEY-EXPIRY.yaml')
    .action(async (files: string[], { json }: { json?: boolean }) => {
      const { problems, checked } = files.length > 0 ? await lintFiles(files) : await lintFolder(folderHere());
      const notes = await codesNote();
      if (json) sayJson({ ok: problems.length === 0, checked, problems, notes });
      else tell(problems, checked);
      if (!json) for (const note of notes) say(`note: ${note}`);
      process.exitCode = problems.length === 0 ? 0 : 1;
    });
};

interface Linted {
  problems: RunbookProblem[];
  /** Files that were looked at. */
  checked: string[];
}

async function lintFolder(dir: string): Promise<Linted> {
  const checked = (await yamlFilesIn(dir)).map((name) => shownAs(dir, name));
  return { problems: await lintRunbooks(dir, stepKinds, new Date()), checked };
}

/** A runbook is right or wrong only among its neighbours and under their policy, so its folder is read and the rest left out. */
async function lintFiles(files: readonly string[]): Promise<Linted> {
  const paths = files.map((file) => resolve(file));
  for (const path of paths) if (!existsSync(path)) throw new Refusal('no_such_file', `There is no file ${path}.`);
  const problems: RunbookProblem[] = [];
  const checked: string[] = [];
  for (const dir of new Set(paths.map((path) => dirname(path)))) {
    const all = await lintFolder(dir);
    const names = paths.filter((path) => dirname(path) === dir).map((path) => shownAs(dir, basename(path)));
    for (const name of names) if (!all.checked.includes(name)) throw notYaml(name);
    checked.push(...names);
    problems.push(...all.problems.filter((problem) => names.includes(problem.file)));
  }
  return { problems, checked };
}

function tell(problems: readonly RunbookProblem[], checked: readonly string[]): void {
  for (const { file, line, column, path, expected, got, fix } of problems) {
    say(`${file}:${line}:${column}${path === '' ? '' : `  ${path}`}`);
    say(`  expected  ${expected}\n  got       ${got}\n  do        ${fix}\n`);
  }
  const files = new Set(problems.map((problem) => problem.file)).size;
  if (problems.length > 0) say(`${counted(problems.length, 'problem')} in ${counted(files, 'file')}.`);
  else say(`${counted(checked.length, 'file')} checked, nothing to complain about: ${checked.join(', ')}`);
}

function notYaml(name: string): Refusal {
  return new Refusal('not_yaml', `${name} is not a runbook: expected a file that ends in .yaml and is not hidden.`);
}
