import { Refusal } from '../../errors.ts';
import { GRANTS_FORM, GrantsMetadata, grantsModal } from '../views/runbook-reload.ts';
import { say } from '../views/say.ts';
import type { SlackAction, SlackForm } from './contract.ts';
import { openOrAskAgain } from './open-or-ask-again.ts';

/** `<runbook>:<hash>` */
export const grantsButton: SlackAction = {
  action: 'approve_grants',
  press: async (value, moment, desk) => {
    const [runbook = '', hash = ''] = value.split(':');
    const held = await desk.shelf.held({ ...moment.origin, runbook, hash });
    await openOrAskAgain(grantsModal(held), moment, 'Agree');
  },
};

export const grantsForm: SlackForm = {
  form: GRANTS_FORM,
  submit: async ({ metadata, values: { reason = '' } }, moment, desk) => {
    const of = GrantsMetadata.parse(JSON.parse(metadata));
    try {
      const { widened } = await desk.shelf.approveGrants({ ...moment.origin, ...of, reason });
      await moment.show(say(`${of.runbook} is live with ${widened.join(', ')}.`));
      return { kind: 'close' };
    } catch (error) {
      if (!(error instanceof Refusal) || (error.code !== 'reason_needed' && error.code !== 'secret_in_text'))
        throw error;
      return { kind: 'errors', errors: { reason: error.message } };
    }
  },
};
