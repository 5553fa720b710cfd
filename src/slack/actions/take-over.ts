import { AskId, RunId } from '../../domain/ids.ts';
import type { Ask } from '../../domain/incident.ts';
import type { Run } from '../../domain/run.ts';
import { Refusal } from '../../errors.ts';
import { openQuestions } from '../load/run.ts';
import type { Desk, Moment } from '../moment.ts';
import { TAKE_OVER_FORM, takeOverModal } from '../views/run-forms.ts';
import { say } from '../views/say.ts';
import type { SlackAction, SlackForm } from './contract.ts';
import { openOrAskAgain } from './open-or-ask-again.ts';
import { runIn } from './run-forms.ts';

/** "I do it": an open question of the run becomes this person's, if they may answer it. With several, they say which one. */
export const takeOverButton: SlackAction = {
  action: 'take_over',
  press: async (id, moment, desk) => {
    const run = await runOrRefuse(RunId.parse(id), desk);
    const open = await openQuestions(desk, run);
    const theirs = await answerable(open, moment, desk);
    // Nobody's but others': the engine says whose, and keeps on record that somebody tried.
    const [first = open[0], ...others] = theirs;
    if (first === undefined) throw new Refusal('question_over', `${run.id} waits for no answer now.`);
    if (others.length === 0) return takeOver(first, moment, desk);
    const asks = theirs.map(({ id: ask, question }) => ({ id: ask, question }));
    const form = { channel: moment.channel, run: run.id, runbook: run.runbook.id, asks };
    return openOrAskAgain(takeOverModal(form), moment, 'Take over');
  },
};

export const takeOverForm: SlackForm = {
  form: TAKE_OVER_FORM,
  submit: async ({ metadata, values }, moment, desk) => {
    const ask = await desk.ledger.ask(AskId.parse(values.ask ?? ''));
    if (ask === null || ask.run !== runIn(metadata)) return { kind: 'errors', errors: { ask: 'Choose a question.' } };
    await takeOver(ask, moment, desk);
    return { kind: 'close' };
  },
};

async function runOrRefuse(id: RunId, { ledger }: Desk): Promise<Run> {
  const run = await ledger.run(id);
  if (run === null) throw new Refusal('unknown_run', `There is no run ${id}.`);
  return run;
}

async function answerable(asks: readonly Ask[], { person }: Moment, { engine }: Desk): Promise<Ask[]> {
  const found: Ask[] = [];
  for (const ask of asks) {
    const may = await engine.question(ask.token, person).then(
      () => true,
      (error: unknown) => {
        if (error instanceof Refusal) return false;
        throw error;
      },
    );
    if (may) found.push(ask);
  }
  return found;
}

async function takeOver(ask: Ask, moment: Moment, desk: Desk): Promise<void> {
  const { person, origin } = moment;
  const before = ask.assigned;
  await desk.engine.handOver(ask.token, { ...origin, person, to: person, reason: 'taken over in Slack' });
  const isNew = before.length !== 1 || before[0] !== person;
  await moment.show(
    say(`"${ask.question}" is ${isNew ? 'yours now' : 'yours already'}. Answer it in your direct message from Rekey.`),
  );
}
