import { assertMay, type Policy } from '../../../domain/policy.ts';
import { Refusal } from '../../../errors.ts';
import type { Moment } from '../../moment.ts';
import { importModal } from '../../views/import-modal.ts';
import type { Verb } from '../contract.ts';
import { mayWithSomeKey } from '../offered.ts';
import { assertNoMore, slugOf } from '../words.ts';

const EXAMPLE = '/keys import stripe-prod';

export const importVerb: Verb = {
  verb: 'import',
  also: ['register', 'add', 'new'],
  example: 'import stripe-prod',
  help: 'a form: register a key that was made elsewhere, without its value',
  offered: mayWithSomeKey('create'),
  run: async ([name, ...more], moment, desk) => {
    assertNoMore(more, EXAMPLE);
    assertMayRegister((await desk.policy()).policy, moment);
    const slug = name === undefined ? '' : slugOf(name, EXAMPLE).toLowerCase();
    if (await moment.openModal(importModal({ slug, channel: moment.channel ?? '' }))) return;
    throw new Refusal(
      'no_form',
      'The form could not be opened. Type /keys import again, or on a terminal: rekey keys import stripe-prod',
    );
  },
};

/** In words about a key that is not there yet. */
function assertMayRegister(policy: Policy, { origin }: Pick<Moment, 'origin'>): void {
  try {
    assertMay(policy, 'create', { actor: origin.actor, subject: { owner: null, escalation: null } });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal(error.code, error.message.replace('create this key', 'register keys'));
  }
}
