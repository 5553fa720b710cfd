import type { DrillReport } from '../drill/drill.ts';
import type { ScenarioResult } from '../drill/play-scenario.ts';
import { assertMayProve, recordProof } from '../engine/runbooks/record-proof.ts';
import { stepKinds } from '../steps/index.ts';
import type { CliCommand } from './command.ts';
import { configHere } from './config-here.ts';
import { counted, say, sayJson, table } from './print.ts';
import { withRekey } from './with-rekey.ts';

interface Options {
  scenario: string[];
  json?: boolean;
  keep?: boolean;
  record: boolean;
}

const INTERRUPTED = 130;

export const drill: CliCommand = (program) => {
  program
    .command('drill')
    .argument('<runbooks...>', 'ids of runbooks; each needs a rehearsal, which says who is there and what they do')
    .description(
      'plays a runbook for real on this machine, with scripted people and injected faults, and keeps the result',
    )
    .option('--scenario <ids...>', 'calm (no fault), F1 to F10, or all', ['calm'])
    .option('--no-record', 'do not keep the result in the ledger as proof, as in CI')
    .option('--keep', 'leave the scratch folder behind, with ledger and log')
    .option('--json', 'end with one JSON object; the story goes to standard error')
    .addHelpText('after', '\nExample:\n  rekey drill R-KEY-EXPIRY --scenario calm F1 F4')
    .action(async (runbooks: string[], options: Options) => {
      // Before the minutes that a drill takes, and not after them.
      if (options.record) await withRekey(async ({ policy, actor }) => assertMayProve(policy, actor));
      const stop = stopSignal();
      const reports: DrillReport[] = [];
      try {
        for (const runbook of runbooks) reports.push(await played(runbook, options, stop));
      } catch (error) {
        if (!stop.aborted) throw error;
        process.exitCode = INTERRUPTED;
        return;
      }
      const passed = reports.every((report) => report.passed);
      if (options.json) sayJson({ ok: passed, drills: reports });
      process.exitCode = passed ? 0 : 1;
    });
};

async function played(runbook: string, { scenario, keep = false, json, record }: Options, stop: AbortSignal) {
  // Loaded when asked for: no other command needs the local workspace.
  const { drill: play } = await import('../drill/drill.ts');
  const tell = json ? (line: string) => void process.stderr.write(`${line}\n`) : say;
  const { runbooksDir } = configHere();
  const report = await play({ runbooksDir, catalogue: stepKinds, runbook, wanted: scenario, keep, stop, say: tell });
  tellReport(report, tell);
  if (record) await kept(report, tell);
  return report;
}

async function kept(report: DrillReport, tell: (line: string) => void): Promise<void> {
  const { runbook, hash, passed, recoverMs } = report;
  await withRekey(async ({ deps, runbooks, origin }) => {
    const shown = { runbook, hash, how: 'drill', passed, recoverMs, summary: summaryOf(report) } as const;
    await recordProof({ ...deps, runbooks }, shown, origin());
  });
  tell(`On record: ${summaryOf(report)}`);
}

export function summaryOf({ results, recoverMs }: DrillReport): string {
  const failed = results.filter(({ passed }) => !passed).map(({ scenario }) => scenario.id);
  const all = results.map(({ scenario }) => scenario.id).join(', ');
  const outcome = failed.length === 0 ? 'all passed' : `${failed.join(', ')} failed`;
  const recovered = recoverMs === null ? '' : `; recovered in ${minutes(recoverMs)}`;
  return `${counted(results.length, 'scenario')} (${all}): ${outcome}${recovered}`;
}

function tellReport(report: DrillReport, tell: (line: string) => void): void {
  tell('');
  for (const { scenario, passed, problems, tookMs, travelledMs } of report.results) {
    const took = `${(tookMs / 1_000).toFixed(1)} s for ${minutes(travelledMs)}`;
    tell(`${passed ? '✓' : '✗'} ${scenario.id.padEnd(4)} ${scenario.title} (${took})`);
    for (const problem of problems) tell(`    - ${problem}`);
  }
  for (const { scenario, why } of report.left) tell(`– ${scenario.padEnd(4)} not played: ${why}`);
  tell('');
  tell(measuresTable(report.results));
  tell('* broken by the fault itself; everything else has to be met where it can be measured');
  tell(`${report.runbook} ${report.hash.slice(0, 8)}: ${summaryOf(report)}`);
  if (report.kept !== null) tell(`The scratch folder is ${report.kept}`);
}

/** One row for each measure, one column for each scenario. */
function measuresTable(results: readonly ScenarioResult[]): string {
  const scored = results.filter(({ measures }) => measures.length > 0);
  const [first] = scored;
  if (first === undefined) return '';
  const rows = first.measures.map(({ id, name, target }) => [
    id,
    name,
    target,
    ...scored.map(({ measures, scenario }) => {
      const found = measures.find((one) => one.id === id);
      if (found === undefined || found.verdict === 'not_measurable') return '–';
      const mark = found.verdict === 'met' ? '' : scenario.breaks.includes(id) ? '*' : ' ✗';
      return `${found.shown}${mark}`;
    }),
  ]);
  return table(['', 'MEASURE', 'TARGET', ...scored.map(({ scenario }) => scenario.id)], rows);
}

function minutes(ms: number): string {
  const total = Math.round(ms / 60_000);
  return total < 60 ? `${total} min` : `${Math.floor(total / 60)} h ${total % 60} min`;
}

/** The first interrupt stops in order and leaves nothing behind; a second one does not wait. */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => {
      process.once(signal, () => process.exit(INTERRUPTED));
      stop.abort();
    });
  return stop.signal;
}
