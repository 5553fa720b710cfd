import { basename, dirname, resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { Refusal } from '../../errors.ts';
import type { PathLine } from '../../rehearsal/compare.ts';
import { isGood, type RehearsalReport, type Rehearsed, rehearse as rehearseFolder } from '../../rehearsal/rehearse.ts';
import type { CaseResult } from '../../rehearsal/rehearse-case.ts';
import { updateExpectations } from '../../rehearsal/update.ts';
import { describeProblem } from '../../runbook/problem.ts';
import { stepKinds } from '../../steps/index.ts';
import type { CliCommand } from '../command.ts';
import { counted, say, sayJson, table } from '../print.ts';
import { folderHere } from './folder.ts';

interface Options {
  json?: boolean;
  only?: string;
  minCoverage: number;
  update?: boolean;
}

export const rehearse: CliCommand = (group) => {
  group
    .command('rehearse')
    .argument('[runbooks...]', 'ids or files; without any, every runbook of the folder')
    .description('plays the rehearsals beside the runbooks on the real engine; exit 1 when one goes otherwise')
    .option('--only <words>', 'only cases with these words in their name')
    .option('--min-coverage <percent>', 'fail below this part of steps and branches', percent, 0)
    .option('--update', 'write what happened into the cases that went otherwise, to be read and then unmarked')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  rekey runbooks rehearse R-KEY-EXPIRY --min-coverage 100')
    .action(async (named: string[], { json, only, minCoverage, update }: Options) => {
      const { dir, ids } = whereIs(named);
      const report = await rehearseFolder({ dir, catalogue: stepKinds, only: ids, named: only ?? null });
      assertFound(report, ids);
      if (update) await writeUpdates(report);
      if (json) sayJson({ ok: isGood(report, minCoverage), ...plain(report) });
      else tell(report, minCoverage);
      process.exitCode = isGood(report, minCoverage) ? 0 : 1;
    });
};

async function writeUpdates({ rehearsed }: RehearsalReport): Promise<void> {
  for (const one of rehearsed) {
    const count = await updateExpectations(one);
    if (count > 0)
      process.stderr.write(`${one.file}: ${counted(count, 'case')} written, marked \`reviewed: false\`.\n`);
  }
}

function percent(text: string): number {
  const number = Number(text);
  if (Number.isFinite(number) && number >= 0 && number <= 100) return number;
  throw new InvalidArgumentError('Expected a number from 0 to 100.');
}

/** Ids stand for files of the runbooks folder; a file stands for itself, and all have to lie in one folder. */
function whereIs(named: readonly string[]): { dir: string; ids: string[] } {
  const files = named.filter((one) => one.includes('/') || one.endsWith('.yaml'));
  const [first, ...others] = [...new Set(files.map((file) => dirname(resolve(file))))];
  if (others.length > 0) throw new Refusal('several_folders', 'Name files of one folder at a time.');
  const ids = named.map((one) => basename(one).replace(/(\.rehearsal)?\.yaml$/, ''));
  return { dir: first ?? folderHere(), ids };
}

function assertFound({ rehearsed, unrehearsed, problems }: RehearsalReport, ids: readonly string[]): void {
  const known = [
    ...rehearsed.map(({ runbook }) => runbook),
    ...[...unrehearsed, ...problems.map(({ file }) => file)].map(idOf),
  ];
  const unknown = ids.find((id) => !known.includes(id));
  if (unknown !== undefined)
    throw new Refusal('unknown_runbook', `There is no runbook ${unknown} here. Type: rekey runbooks lint`);
}

function idOf(file: string): string {
  return basename(file).replace(/(\.rehearsal)?\.yaml$/, '');
}

function tell(report: RehearsalReport, minCoverage: number): void {
  for (const one of report.rehearsed) tellRehearsed(one);
  for (const problem of report.problems) say(describeProblem(problem));
  for (const file of report.unrehearsed)
    say(`${file}: has no rehearsal; write ${file.replace(/\.yaml$/, '.rehearsal.yaml')}`);
  say(lastLine(report, minCoverage));
}

function lastLine({ rehearsed, unrehearsed, problems, tookMs }: RehearsalReport, minCoverage: number): string {
  const cases = rehearsed.flatMap((one) => one.cases);
  const failed = cases.filter(({ passed }) => !passed).length;
  const short = rehearsed.filter(({ coverage }) => coverage !== null && coverage.percent < minCoverage);
  const parts = [
    ...(cases.length === 0 ? ['no case was played'] : []),
    ...(failed > 0 ? [`${failed} otherwise than expected`] : []),
    ...(failed === 0 && cases.length > 0 ? ['all as expected'] : []),
    ...(problems.length === 0 ? [] : [counted(problems.length, 'problem')]),
    ...(unrehearsed.length === 0 ? [] : [`${unrehearsed.length} without a rehearsal`]),
    ...(short.length === 0
      ? []
      : [`less than ${minCoverage} % covered: ${short.map((one) => one.runbook).join(', ')}`]),
  ];
  return `${counted(cases.length, 'case')} of ${counted(rehearsed.length, 'runbook')} in ${seconds(tookMs)}: ${parts.join('; ')}.`;
}

function tellRehearsed({ runbook, runbookFile, file, cases, coverage }: Rehearsed): void {
  say(runbook);
  for (const one of cases) tellCase(one, `${file}:${one.line}`);
  if (coverage !== null) {
    const { steps, branches, percent: covered, missing } = coverage;
    say(
      `  ${covered} % covered: ${steps.covered} of ${steps.of} steps, ${branches.covered} of ${branches.of} branches`,
    );
    for (const { id, line, column, gap } of missing) say(`    ${runbookFile}:${line}:${column} ${id}: ${gap}`);
  }
  say('');
}

function tellCase({ name, passed, problems, comparison, tookMs }: CaseResult, place: string): void {
  say(`  ${passed ? '✓' : '✗'} ${name} (${Math.round(tookMs)} ms)`);
  if (passed) return;
  say(`    ${place}`);
  for (const problem of problems) say(`    - ${problem}`);
  if (comparison !== null) say(indented(sideBySide(comparison.path)));
}

function sideBySide(path: readonly PathLine[]): string {
  const rows = path.map(({ step, expected, got, because }) => [
    expected === got ? ' ' : '✗',
    step,
    expected ?? '–',
    got ?? '–',
    got === 'skipped' ? '' : (because ?? ''),
  ]);
  return table(['', 'step', 'expected', 'got', 'because'], rows);
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `      ${line}`)
    .join('\n');
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

function plain({ rehearsed, unrehearsed, problems, tookMs }: RehearsalReport) {
  return {
    rehearsed: rehearsed.map(({ cases, text: _text, dir: _dir, ...one }) => ({
      ...one,
      cases: cases.map(({ name, line, passed, problems: why, comparison, outcome, tookMs: ms }) => ({
        name,
        line,
        passed,
        problems: why,
        path: comparison?.path ?? [],
        outcome: outcome?.run.outcome ?? null,
        tookMs: ms,
      })),
    })),
    unrehearsed,
    problems,
    tookMs,
  };
}
