import { askOver } from '../../domain/ask-over.ts';
import type { Question } from '../../engine/engine.ts';
import { Refusal } from '../../errors.ts';
import { planOrNull } from '../load/run.ts';
import type { Desk, Moment } from '../moment.ts';

/** The question behind a button, for who may answer it while somebody waits for the answer; else what has become of it. */
export async function openQuestion(token: string, moment: Moment, desk: Desk): Promise<Question> {
  const ask = await desk.engine.question(token, moment.person);
  const { answer, form } = ask;
  if (answer !== null) {
    const what = form.kind === 'question' ? `answered ${answer.yes ? 'yes' : 'no'}` : 'finished this';
    throw new Refusal('already_answered', `${answer.by} already ${what}.`);
  }
  const run = await desk.ledger.run(ask.run);
  const over = run === null ? null : askOver(ask, run, () => planOrNull(desk, run));
  if (over !== null) throw new Refusal(over.code, over.sentence);
  return ask;
}
