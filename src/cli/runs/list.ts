import type { CliCommand } from '../command.ts';
import { minuteOf } from '../keys/facts.ts';
import { say, sayJson, table } from '../print.ts';
import { type RunFacts, runFacts } from './run-facts.ts';
import { withRuns } from './with-runs.ts';

interface Wanted {
  all?: boolean;
  json?: boolean;
}

const MOST = 100;

export const list: CliCommand = (group) => {
  group
    .command('list')
    .description('the runs that have not ended, and what each one waits for')
    .option('--all', `the ended ones too: the newest ${MOST}`)
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  rekey runs list')
    .action(({ all, json }: Wanted) =>
      withRuns(async (sources) => {
        const { read } = sources.ledger;
        const found: RunFacts[] = [];
        for (const id of await read.newestRuns({ open: all !== true, limit: MOST })) {
          const run = await read.run(id);
          if (run !== null) found.push(await runFacts(sources, run));
        }
        if (json) return sayJson(found);
        if (found.length === 0)
          return say(all ? 'Nothing has run yet.' : 'No run is open. `--all` shows the ended ones.');
        return say(table(HEAD, found.map(rowOf)));
      }),
    );
};

const HEAD = ['run', 'runbook', 'key', 'state', 'started (UTC)', 'at step', 'waits for'];

function rowOf(run: RunFacts): string[] {
  const at = run.finished_at === null ? run.steps.find(isOpen) : undefined;
  return [
    run.id,
    run.runbook,
    run.key ?? '-',
    run.state,
    minuteOf(new Date(run.started_at)),
    at?.step ?? '-',
    at?.waits_for ?? at?.note ?? '-',
  ];
}

function isOpen({ state }: RunFacts['steps'][number]): boolean {
  return ['started', 'waiting', 'in_doubt', 'being_undone', 'reset'].includes(state);
}
