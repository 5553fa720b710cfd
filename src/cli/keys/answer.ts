import { type PersonId, personOf } from '../../domain/ids.ts';
import type { Ask } from '../../domain/incident.ts';
import { Refusal } from '../../errors.ts';
import { givenOrAsked } from '../ask.ts';
import { type AnswerOptions, answerAsk, toldOf } from '../asks/answer-ask.ts';
import { findAsk } from '../asks/find-ask.ts';
import type { CliCommand } from '../command.ts';
import { say, sayJson } from '../print.ts';
import { carryOnRun } from '../runs/carry-on-run.ts';
import { collected } from '../spans.ts';
import { type Rekey, withRekey } from '../with-rekey.ts';
import { carryOn } from './tell-rotation.ts';

interface Wanted extends AnswerOptions {
  handOver?: string;
  backTo?: string;
  because?: string;
  json?: boolean;
}

const EXAMPLES = `
Example:
  rekey keys answer payments-prod --evidence "no call from outside in the access log"
  rekey keys answer ask-4k9x2m7qpd --tick pulled --not-applicable cdn="there is none"
  rekey keys answer run-7gmw3c --set downtime_minutes=12 --set ticket=https://tickets.example.com/42
  rekey keys answer payments-prod --file ./deploy.log`;

export const answer: CliCommand = (group) => {
  group
    .command('answer')
    .argument('<key>', 'the key, or the id of its rotation (rot-…), of a run (run-…) or of the question (ask-…)')
    .description('answer what a run asks you: yes or --no, items of a checklist, or a form')
    .option('--no', 'the answer is no')
    .option('--evidence <text>', 'what shows it: a link, a line of a log')
    .option('--file <path>', 'a file that shows it; it is hashed, and copied into the data directory')
    .option('--tick <item>', 'an item of the checklist that is done; several times', collected)
    .option('--untick <item>', 'an item that is not done after all; several times', collected)
    .option('--not-applicable <item=why>', 'an item that does not apply, and why; several times', collected)
    .option('--set <field=value>', 'a field of the form; several times', collected)
    .option('--hand-over <who>', 'give the question to a person or group:<name> instead')
    .option('--back-to <step>', 'not possible yet: send the run back to this earlier step')
    .option('--because <reason>', 'why, with --hand-over or --back-to')
    .option('--json', 'print one JSON object')
    .addHelpText('after', EXAMPLES)
    .action((name: string, wanted: Wanted) => withRekey((rekey) => run(rekey, name, wanted)));
};

async function run(rekey: Rekey, name: string, wanted: Wanted): Promise<void> {
  const { ask, rotation } = await findAsk(rekey.deps.ledger.read, name);
  const person = personOf(rekey.actor);
  if (person === null) throw new Refusal('not_allowed', `${rekey.actor} is nobody who can answer.`);
  const after = await act(rekey, { ask, person }, wanted);
  if (rotation !== null && after.answer !== null) return carryOn(rekey, rotation, wanted);
  if (after.answer !== null) return carryOnRun(rekey, after.run, wanted);
  if (wanted.json) sayJson({ id: after.id, run: after.run, assignee: after.assignee, answered: after.answer !== null });
  else say(wordsOn(ask, after));
}

async function act(rekey: Rekey, { ask, person }: { ask: Ask; person: PersonId }, wanted: Wanted): Promise<Ask> {
  const { engine, origin } = rekey;
  const { handOver: to, backTo: step, because } = wanted;
  if (to !== undefined) return engine.handOver(ask.token, { ...origin(), person, to, reason: because ?? '' });
  if (step === undefined) return answerAsk(rekey, { ask, person }, wanted);
  const reason = await givenOrAsked(because, { option: '--because', question: 'Why is it not possible yet?' });
  return engine.pushBack(ask.token, { ...origin(), person, to: step, reason });
}

function wordsOn(ask: Ask, after: Ask): string {
  if (after.pushedBack !== null) return `${after.run} goes back to ${after.pushedBack.to}.`;
  if (after.assignee !== ask.assignee) return `It is for ${after.assigned.join(', ')} to answer now.`;
  return toldOf(ask, after);
}
