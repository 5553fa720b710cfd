import { nameOf } from '../../domain/key.ts';
import { assertMay } from '../../domain/policy.ts';
import { Refusal } from '../../errors.ts';
import { UNUSED_FORM, unusedModal } from '../views/digest-unused.ts';
import { say } from '../views/say.ts';
import type { SlackAction, SlackForm } from './contract.ts';
import { digestKey } from './digest-key.ts';
import { openOrAskAgain } from './open-or-ask-again.ts';

export const digestUnusedButton: SlackAction = {
  action: 'digest_unused',
  press: async (id, moment, desk) => {
    const key = await digestKey(id, desk);
    assertMay((await desk.policy()).policy, 'rotate', { actor: moment.origin.actor, subject: key });
    await openOrAskAgain(unusedModal({ key: key.id, name: nameOf(key) }), moment, 'Not in use');
  },
};

const ABOUT_THE_REASON: readonly string[] = [
  'reason_needed',
  'secret_in_text',
  'still_used',
  'nobody_to_confirm',
  'already_marked',
];

export const digestUnusedForm: SlackForm = {
  form: UNUSED_FORM,
  submit: async ({ metadata: key, values }, moment, desk) => {
    try {
      const { sentence } = await desk.digests.markUnused({ ...moment.origin, key, reason: values.reason ?? '' });
      await moment.show(say(sentence));
      return { kind: 'close' };
    } catch (error) {
      if (!(error instanceof Refusal) || !ABOUT_THE_REASON.includes(error.code)) throw error;
      return { kind: 'errors', errors: { reason: error.message } };
    }
  },
};

export const unusedYesButton: SlackAction = {
  action: 'unused_yes',
  press: async (mark, moment, desk) => {
    const { sentence } = await desk.digests.answerUnused(mark, { ...moment.origin, confirmed: true });
    await moment.show(say(sentence));
  },
};

export const unusedNoButton: SlackAction = {
  action: 'unused_no',
  press: async (mark, moment, desk) => {
    const { sentence } = await desk.digests.answerUnused(mark, { ...moment.origin, confirmed: false });
    await moment.show(say(sentence));
  },
};
