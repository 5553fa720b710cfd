import type { CliCommand } from '../command.ts';
import { onRun, type RunOptions } from './on-run.ts';

export const skip: CliCommand = (group) => {
  group
    .command('skip')
    .argument('<run>', 'the id of a run (run-…)')
    .argument('<step>', 'a step that waits, has failed, is in doubt or has not begun; never an approval')
    .description('leave a step out, when no later one needs what it gives; its open question is closed')
    .option('--because <reason>', 'why; it stands beside your name')
    .option('--yes', 'do not ask')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExample:\n  rekey runs skip run-7gmw3c redeployed --because "nobody calls with it any more"',
    )
    .action((run: string, step: string, wanted: RunOptions) =>
      onRun(run, {
        wanted,
        question: `Leave ${step} of ${run} out?`,
        work: ({ engine }, id, request) => engine.skip(id, step, request),
      }),
    );
};
