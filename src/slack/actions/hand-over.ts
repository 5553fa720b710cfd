import { Refusal } from '../../errors.ts';
import { HAND_OVER_FORM, handOverModal } from '../views/ask-modal.ts';
import type { SlackAction, SlackForm } from './contract.ts';
import { openOrAskAgain } from './open-or-ask-again.ts';
import { openQuestion } from './open-question.ts';
import { personChosen } from './person-chosen.ts';

/** Whoever may answer can give the question to somebody else. */
export const handOverButton: SlackAction = {
  action: 'hand_over',
  press: async (token, moment, desk) => {
    const ask = await openQuestion(token, moment, desk);
    await openOrAskAgain(handOverModal(ask), moment, 'Hand over…');
  },
};

export const handOverForm: SlackForm = {
  form: HAND_OVER_FORM,
  submit: async ({ metadata: token, values }, moment, desk) => {
    const chosen = await personChosen(values.to ?? '', desk);
    if (chosen.kind === 'unknown') return { kind: 'errors', errors: { to: chosen.sentence } };
    const press = { ...moment.origin, person: moment.person, to: chosen.person, reason: values.reason ?? '' };
    try {
      await desk.engine.handOver(token, press);
      return { kind: 'close' };
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'unknown_person') throw error;
      return { kind: 'errors', errors: { to: error.message } };
    }
  },
};
