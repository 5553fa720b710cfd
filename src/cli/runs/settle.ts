import { personOf } from '../../domain/ids.ts';
import { instantText } from '../../domain/instant.ts';
import { Refusal } from '../../errors.ts';
import { chosenOrAsked, givenOrAsked } from '../ask.ts';
import type { CliCommand } from '../command.ts';
import { type Rekey, withRekey } from '../with-rekey.ts';
import { carryOnRun } from './carry-on-run.ts';
import type { RunOptions } from './on-run.ts';
import { runNamed } from './run-named.ts';

interface Wanted extends RunOptions {
  happened?: boolean;
  didNot?: boolean;
}

export const settle: CliCommand = (group) => {
  group
    .command('settle')
    .argument('<run>', 'the id of a run (run-…)')
    .argument('<step>', 'a step in doubt')
    .description(
      'say whether a step that a crash or a failure left open has happened, after looking where it takes effect',
    )
    .option('--happened', 'it did: it is recorded as done, and the run goes on after it')
    .option('--did-not', 'it did not: it is done now, under the same token')
    .option('--because <reason>', 'how you know; it stands beside your name')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExample:\n  rekey runs settle run-7gmw3c mint --happened --because "the key stands in the vault"',
    )
    .action((run: string, step: string, wanted: Wanted) =>
      withRekey((rekey) => settleStep(rekey, { run, step }, wanted)),
    );
};

async function settleStep(rekey: Rekey, { run, step }: { run: string; step: string }, wanted: Wanted): Promise<void> {
  const { engine, deps, origin, actor } = rekey;
  const { id } = await runNamed(deps.ledger.read, run);
  const said = answerIn(wanted);
  const person = personOf(actor);
  if (said === undefined && person !== null) {
    const known = await engine.doubt(id, step, { person });
    process.stderr.write(
      `${known.question}\n  begun ${instantText(known.startedAt)}, attempt ${known.attempts}\n` +
        `${known.given.map((line) => `  given ${line}\n`).join('')}` +
        `  if it happened: ${known.yesLeadsTo}\n  if not: ${known.noLeadsTo}\n`,
    );
  }
  const answer = await chosenOrAsked(said, {
    option: '--happened or --did-not',
    question: `Did ${step} happen?`,
    choices: ['it happened', 'it did not happen'],
  });
  const reason = await givenOrAsked(wanted.because, { option: '--because', question: 'How do you know?' });
  await engine.settle(id, step, { ...origin(), happened: answer === 'it happened', reason });
  return carryOnRun(rekey, id, wanted);
}

function answerIn({ happened, didNot }: Wanted): 'it happened' | 'it did not happen' | undefined {
  if (happened && didNot) throw new Refusal('both_answers', 'Say --happened or --did-not, not both.');
  if (happened) return 'it happened';
  return didNot ? 'it did not happen' : undefined;
}
