import type { Engine } from '../../engine/engine.ts';
import type { CliCommand } from '../command.ts';
import { onRun, type RunOptions } from './on-run.ts';

interface Hold {
  name: 'pause' | 'resume' | 'cancel';
  description: string;
  question: ((run: string) => string) | null;
  because: string;
}

/** A verb on a whole run that takes a reason and nothing else. */
function hold({ name, description, question, because }: Hold): CliCommand {
  return (group) => {
    const command = group
      .command(name)
      .argument('<run>', 'the id of a run (run-…)')
      .description(description)
      .option('--because <reason>', 'why; it stands in the history of the run')
      .option('--json', 'print one JSON object')
      .addHelpText('after', `\nExample:\n  rekey runs ${name} run-7gmw3c --because "${because}"`);
    if (question !== null) command.option('--yes', 'do not ask');
    command.action((run: string, wanted: RunOptions) =>
      onRun(run, {
        wanted,
        question: question?.(run) ?? null,
        work: ({ engine }: { engine: Pick<Engine, Hold['name']> }, id, request) => engine[name](id, request),
      }),
    );
  };
}

export const pause = hold({
  name: 'pause',
  description: 'begin nothing new in a run and the ones it started; what is under way ends, approvals still expire',
  question: null,
  because: 'the payments team is in the middle of a release',
});

export const resume = hold({
  name: 'resume',
  description: 'let a paused run go on',
  question: null,
  because: 'the release is out',
});

export const cancel = hold({
  name: 'cancel',
  description: 'stop a run, wherever it is, and take back what can be taken back',
  question: (run) => `Stop ${run} and take back what can be taken back?`,
  because: 'false alarm',
});
