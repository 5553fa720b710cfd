import type { CliCommand } from '../command.ts';
import { onRun, type RunOptions } from './on-run.ts';

export const retry: CliCommand = (group) => {
  group
    .command('retry')
    .argument('<run>', 'the id of a run (run-…)')
    .argument('[step]', 'a step that has failed; without it, everything that stopped the run')
    .description('begin what failed again, under a new token; a run that had failed with it is opened again')
    .option('--because <reason>', 'why; it stands in the history of the run')
    .option('--yes', 'do not ask')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  rekey runs retry run-7gmw3c --because "the provider is back"')
    .action((run: string, step: string | undefined, wanted: RunOptions) =>
      onRun(run, {
        wanted,
        question: `Try ${step ?? 'what failed'} of ${run} again?`,
        work: ({ engine }, id, request) => engine.retry(id, step ?? null, request),
      }),
    );
};
