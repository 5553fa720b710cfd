import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Refusal } from '../../errors.ts';
import type { Finding, Level } from '../../runbook/finding.ts';
import { type LintReport, lintFolder } from '../../runbook/lint.ts';
import { shownAs, yamlFilesIn } from '../../runbook/read-file.ts';
import { lintTemplates, placeOfFile } from '../../runbook/templates.ts';
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
    .option('--strict', 'exit 1 for advice too')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
Each finding names its rule; docs/lint.md says what every rule is for, which ones are errors, and how one finding is accepted:
  # rekey-lint-allow: no-approval because two people press this on the device itself

Example:
  rekey runbooks lint runbooks/R-KEY-EXPIRY.yaml`,
    )
    .action(async (files: string[], { json, strict }: { json?: boolean; strict?: boolean }) => {
      const linted = files.length > 0 ? await lintFiles(files) : await lintAll(folderHere());
      const notes = await codesNote();
      const counts = countsOf(linted);
      const ok = counts.errors === 0 && (!strict || counts.advice === 0);
      const { checked, accepted } = linted;
      const [problems, advice] = [ofLevel(linted, 'error'), ofLevel(linted, 'advice')];
      if (json) sayJson({ schema: 'rekey.lint/1', ok, checked, counts, problems, advice, accepted, notes });
      else tell(linted);
      if (!json) for (const note of notes) say(`note: ${note}`);
      process.exitCode = ok ? 0 : 1;
    });
};

interface Linted extends LintReport {
  /** Files that were looked at. */
  checked: string[];
}

function countsOf(report: LintReport) {
  const [errors, advice] = [ofLevel(report, 'error').length, ofLevel(report, 'advice').length];
  return { errors, advice, accepted: report.accepted.length };
}

function ofLevel({ findings }: Pick<LintReport, 'findings'>, level: Level): Finding[] {
  return findings.filter((one) => one.level === level);
}

/** Templates too: they are read as if they were copied up. */
async function lintAll(dir: string): Promise<Linted> {
  const now = new Date();
  const own = (await yamlFilesIn(dir)).map((name) => shownAs(dir, name));
  const [report, templates] = [await lintFolder(dir, stepKinds, now), await lintTemplates(dir, stepKinds, now)];
  return {
    checked: [...own, ...templates.files],
    findings: [...report.findings, ...templates.findings],
    accepted: [...report.accepted, ...templates.accepted],
  };
}

/** A runbook is right or wrong only among its neighbours and under their policy, so its folder is read and the rest left out. */
async function lintFiles(files: readonly string[]): Promise<Linted> {
  const paths = files.map((file) => resolve(file));
  for (const path of paths) if (!existsSync(path)) throw new Refusal('no_such_file', `There is no file ${path}.`);
  const places = paths.map(placeOfFile);
  const linted: Linted = { checked: [], findings: [], accepted: [] };
  for (const dir of new Set(places.map((place) => place.dir))) {
    const all = await lintAll(dir);
    const names = places.filter((place) => place.dir === dir).map(({ shown }) => shown);
    for (const name of names) if (!all.checked.includes(name)) throw notYaml(name);
    linted.checked.push(...names);
    linted.findings.push(...all.findings.filter(({ file }) => names.includes(file)));
    linted.accepted.push(...all.accepted.filter(({ file }) => names.includes(file)));
  }
  return linted;
}

/** What must not go live comes first, and what was accepted last: a review reads both. */
function tell({ findings, accepted, checked }: Linted): void {
  const [errors, advice] = [ofLevel({ findings }, 'error'), ofLevel({ findings }, 'advice')];
  for (const one of errors) say(findingText(one));
  if (errors.length > 0) say(`${counted(errors.length, 'problem')} in ${counted(filesIn(errors), 'file')}.`);
  else say(`${counted(checked.length, 'file')} checked, nothing to complain about: ${checked.join(', ')}`);
  if (advice.length > 0) say(`\nAdvice (${advice.length}); it fails nothing but --strict:\n`);
  for (const one of advice) say(findingText(one));
  if (accepted.length > 0) say(`\nAccepted with a reason (${accepted.length}):`);
  for (const { file, line, column, rule, because } of accepted) say(`  ${file}:${line}:${column}  ${rule}: ${because}`);
}

function findingText({ file, line, column, path, expected, got, fix, rule }: Finding): string {
  const place = `${file}:${line}:${column}${path === '' ? '' : `  ${path}`}`;
  return `${place}\n  expected  ${expected}\n  got       ${got}\n  do        ${fix}\n  rule      ${rule}\n`;
}

function filesIn(findings: readonly Finding[]): number {
  return new Set(findings.map(({ file }) => file)).size;
}

function notYaml(name: string): Refusal {
  return new Refusal('not_yaml', `${name} is not a runbook: expected a file that ends in .yaml and is not hidden.`);
}
