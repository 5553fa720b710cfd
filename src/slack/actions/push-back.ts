import { Refusal } from '../../errors.ts';
import { PUSH_BACK_FORM, pushBackModal } from '../views/ask-modal.ts';
import type { SlackAction, SlackForm } from './contract.ts';
import { openOrAskAgain } from './open-or-ask-again.ts';
import { openQuestion } from './open-question.ts';

/** "Not possible yet": back to an earlier step, with a comment. */
export const pushBackButton: SlackAction = {
  action: 'push_back',
  press: async (token, moment, desk) => {
    const ask = await openQuestion(token, moment, desk);
    if (ask.pushBackTo.length === 0)
      throw new Refusal('no_push_back', 'The runbook lets nobody send this question back.');
    await openOrAskAgain(pushBackModal(ask), moment, 'Not possible yet…');
  },
};

export const pushBackForm: SlackForm = {
  form: PUSH_BACK_FORM,
  submit: async ({ metadata: token, values }, moment, desk) => {
    const { to = '', reason = '' } = values;
    if (to === '') return { kind: 'errors', errors: { to: 'Choose a step.' } };
    try {
      await desk.engine.pushBack(token, { ...moment.origin, person: moment.person, to, reason });
      return { kind: 'close' };
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'reason_required') throw error;
      return { kind: 'errors', errors: { reason: error.message } };
    }
  },
};
