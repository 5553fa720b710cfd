import { Refusal } from '../../errors.ts';
import { ANSWER_FORM, answerModal } from '../views/ask-card.ts';
import type { SlackAction, SlackForm } from './contract.ts';

export const answerButton: SlackAction = {
  action: 'answer',
  press: async (token, moment, desk) => {
    const ask = await desk.engine.question(token, moment.person);
    if (ask.answer !== null)
      throw new Refusal('already_answered', `${ask.answer.by} already answered ${ask.answer.yes ? 'yes' : 'no'}.`);
    if (await moment.openModal(answerModal(ask))) return;
    throw new Refusal(
      'press_again',
      'Your press came in while Rekey was busy, and nothing was answered. Press Answer again.',
    );
  },
};

export const answerForm: SlackForm = {
  form: ANSWER_FORM,
  submit: async ({ metadata: token, values }, moment, desk) => {
    const { answer, evidence = '' } = values;
    if (answer !== 'yes' && answer !== 'no') return { kind: 'errors', errors: { answer: 'Choose yes or no.' } };
    try {
      await desk.engine.answer(token, { ...moment.origin, person: moment.person, yes: answer === 'yes', evidence });
      return { kind: 'close' };
    } catch (error) {
      if (error instanceof Refusal && error.code === 'evidence_needed')
        return { kind: 'errors', errors: { evidence: error.message } };
      throw error;
    }
  },
};
