import type { CliCommand } from '../command.ts';
import { minuteOf } from '../keys/facts.ts';
import { say, sayJson, table } from '../print.ts';
import { withRekey } from '../with-rekey.ts';
import { carryOnRun } from './carry-on-run.ts';
import { decisionsIn } from './decisions.ts';
import { type RunFacts, runFacts, type StepFacts } from './run-facts.ts';
import { runNamed } from './run-named.ts';
import { withRuns } from './with-runs.ts';

interface Wanted {
  watch?: boolean;
  json?: boolean;
}

export const show: CliCommand = (group) => {
  group
    .command('show')
    .argument('<run>', 'the id of a run (run-…)')
    .description('one run: its steps, whom it waits for since when and until when, decisions, and what was taken back')
    .option('--watch', 'carry it on here until it ends or waits')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  rekey runs show run-7gmw3c')
    .action((name: string, wanted: Wanted) => (wanted.watch ? watch(name, wanted) : look(name, wanted)));
};

function watch(name: string, wanted: Wanted): Promise<void> {
  return withRekey(async (rekey) => {
    const run = await runNamed(rekey.deps.ledger.read, name);
    return carryOnRun(rekey, run.id, wanted);
  });
}

function look(name: string, { json }: Wanted): Promise<void> {
  return withRuns(async (sources) => {
    const { read } = sources.ledger;
    const run = await runNamed(read, name);
    const facts = { ...(await runFacts(sources, run)), people: await decisionsIn(read, run) };
    if (json) return sayJson(facts);
    tell(facts);
    for (const line of facts.people) say(line);
  });
}

function tell(run: RunFacts): void {
  say(`${run.id}  ${run.runbook}${run.key === null ? '' : ` for ${run.key}`}: ${run.state}`);
  say(`  asked for by ${run.requested_by} at ${minuteOf(new Date(run.started_at))} UTC: ${run.reason}`);
  if (run.parent !== null) say(`  started by ${run.parent}`);
  if (run.paused !== null)
    say(`  paused by ${run.paused.by} at ${minuteOf(new Date(run.paused.at))} UTC: ${run.paused.reason}`);
  if (run.finished_at !== null) say(`  ended at ${minuteOf(new Date(run.finished_at))} UTC`);
  if (run.next_deadline !== null) say(`  next deadline ${minuteOf(new Date(run.next_deadline))} UTC`);
  for (const child of run.children) say(`  started ${child.run}: ${child.outcome ?? 'running'}`);
  say(`\n${table(['step', 'uses', 'state', 'since (UTC)', 'what'], run.steps.map(rowOf))}`);
  for (const { step, undo_error: error } of run.steps)
    if (error !== null) say(`\nA person has to take ${step} back: ${error}`);
}

function rowOf(step: StepFacts): string[] {
  const again = step.generation === null || step.generation === 1 ? '' : ` (${step.generation}. time)`;
  const since = step.since === null ? '-' : minuteOf(new Date(step.since));
  return [step.step, step.uses ?? '-', `${step.state}${again}`, since, step.waits_for ?? step.note ?? ''];
}
