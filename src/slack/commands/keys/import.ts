import { assertMay } from '../../../domain/policy.ts';
import { Refusal } from '../../../errors.ts';
import { importModal } from '../../views/import-modal.ts';
import type { Verb } from '../contract.ts';
import { mayWithSomeKey } from '../offered.ts';
import { assertNoMore, slugOf } from '../words.ts';

const EXAMPLE = '/keys import stripe-prod';

export const importVerb: Verb = {
  verb: 'import',
  example: 'import stripe-prod',
  help: 'a form: register a key that was made elsewhere, without its value',
  offered: mayWithSomeKey('create'),
  run: async ([name, ...more], moment, desk) => {
    assertNoMore(more, EXAMPLE);
    const subject = { owner: null, escalation: null };
    assertMay((await desk.policy()).policy, 'create', { actor: moment.origin.actor, subject });
    const slug = name === undefined ? '' : slugOf(name, EXAMPLE).toLowerCase();
    if (await moment.openModal(importModal({ slug, channel: moment.channel ?? '' }))) return;
    throw new Refusal(
      'no_form',
      'The form could not be opened. Type /keys import again, or on a terminal: rekey keys import stripe-prod',
    );
  },
};
