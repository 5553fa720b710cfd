import type { CliCommand } from '../command.ts';
import { onRun, type RunOptions } from './on-run.ts';

export const rerun: CliCommand = (group) => {
  group
    .command('rerun')
    .argument('<run>', 'the id of a run (run-…)')
    .requiredOption('--from <step>', 'the first step to do again; everything after it is done again too')
    .description('take back what can be taken back of a step and all after it, and do them again')
    .option('--because <reason>', 'why; it stands in the history of the run')
    .option('--yes', 'do not ask')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  rekey runs rerun run-7gmw3c --from deliver --because "wrong folder"')
    .action((run: string, wanted: RunOptions & { from: string }) =>
      onRun(run, {
        wanted,
        question: `Do ${wanted.from} and everything after it in ${run} again?`,
        work: ({ engine }, id, request) => engine.rerun(id, wanted.from, request),
      }),
    );
};
