import { PersonId } from '../../domain/ids.ts';
import { Refusal } from '../../errors.ts';
import { keyNamed } from '../commands/key-named.ts';
import { claimOwnership, giveKey, openOwnerForm } from '../commands/keys/claim-owner.ts';
import { showHistory } from '../commands/keys/history.ts';
import { showKeys } from '../commands/keys/list.ts';
import { queryOf } from '../commands/keys/query.ts';
import { EMPTY_FORM, openRotateForm } from '../commands/rotate-key/rotate.ts';
import { HISTORY_OF_KEY, OWNER_OF_KEY, ROTATE_KEY } from '../views/key-card.ts';
import { NEXT_KEYS } from '../views/keys-list.ts';
import { OWNER_FORM, OwnerMetadata } from '../views/owner-modal.ts';
import { beside } from './beside.ts';
import type { SlackAction, SlackForm } from './contract.ts';
import { pressAgain } from './open-or-ask-again.ts';
import { personChosen } from './person-chosen.ts';

/** The button of a key's card: the form with that key in it. `id` is the key's id; the name may mean a newer version by now. */
export const rotateButton: SlackAction = {
  action: ROTATE_KEY,
  press: async (id, moment, desk) => {
    const key = await keyNamed(id, 'rotate', { moment, desk });
    await openRotateForm({ ...EMPTY_FORM, key }, moment, desk);
  },
};

export const historyButton: SlackAction = {
  action: HISTORY_OF_KEY,
  press: (id, moment, desk) => showHistory(id, moment, desk),
};

export const ownerButton: SlackAction = {
  action: OWNER_OF_KEY,
  press: async (id, moment, desk) => {
    if (!(await openOwnerForm(id, moment, desk))) throw pressAgain('Owner…');
  },
};

export const ownerForm: SlackForm = {
  form: OWNER_FORM,
  submit: async ({ metadata, values }, moment, desk) => {
    const { key: id } = OwnerMetadata.parse(JSON.parse(metadata));
    const chosen = await personChosen(values.owner ?? '', desk);
    if (chosen.kind === 'unknown') return { kind: 'errors', errors: { owner: chosen.sentence } };
    const reason = (values.reason ?? '').trim();
    if (reason === '') return { kind: 'errors', errors: { reason: 'Say why: it stands in the history of the key.' } };
    return beside({ already_owner: 'owner', reason_needed: 'reason', secret_in_text: 'reason' }, async () => {
      // Claiming is for those who may not change it, too.
      if (chosen.person === moment.person) await claimOwnership({ name: id, reason }, moment, desk);
      else await giveKey({ name: id, owner: PersonId.parse(chosen.person), reason }, moment, desk);
    });
  },
};

export const nextKeys: SlackAction = {
  action: NEXT_KEYS,
  press: async (token, moment, desk) => {
    const query = queryOf(token);
    if (query === null)
      throw new Refusal('old_button', 'This button belongs to another version of Rekey. Type /keys list again.');
    return showKeys(query, moment, desk);
  },
};
