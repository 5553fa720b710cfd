import type { ModalView } from '@slack/types';
import { KeyClass } from '../../domain/key.ts';
import { line, plain, textInput } from '../blocks.ts';
import { dayInput, menuInput } from '../inputs.ts';
import { LIMITS } from '../limits.ts';

export const IMPORT_FORM = 'import_key';

/** What is known of a key that was made elsewhere; its value has no place in Slack, so there is no field for it. */
export function importModal({ slug, channel }: { slug: string; channel: string }): ModalView {
  return {
    type: 'modal',
    callback_id: IMPORT_FORM,
    private_metadata: channel,
    title: plain('Register a key', LIMITS.viewTitle),
    submit: plain('Register', LIMITS.viewButton),
    close: plain('Not now', LIMITS.viewButton),
    blocks: [
      line(
        'Never paste the key itself. So that calls with it are recognised, type on a terminal: rekey keys digest, and put what it prints below.',
      ),
      textInput({ id: 'name', label: 'Name', hint: 'Such as stripe-prod.', value: slug, optional: false }),
      menuInput(
        { id: 'class', label: 'What kind of key?', optional: false },
        KeyClass.options.map((value) => ({ value, label: value.replaceAll('_', ' ') })),
      ),
      textInput({ id: 'service', label: 'Service', optional: false }),
      textInput({ id: 'environment', label: 'Environment', hint: 'production, staging …', optional: false }),
      textInput({ id: 'owner', label: 'Owner', hint: 'A person or group:name of policy.yaml.', optional: true }),
      textInput({
        id: 'escalation',
        label: 'Escalation',
        hint: 'Who is called when the owner is away.',
        optional: true,
      }),
      textInput({
        id: 'runbook',
        label: 'How people rotate it',
        hint: 'The id of a runbook, or a link.',
        optional: true,
      }),
      dayInput({ id: 'expires', label: 'Expires on', optional: true }),
      textInput({
        id: 'secret_ref',
        label: 'Where its value is kept',
        hint: 'A reference such as op://vault/item/field, never the value.',
        optional: true,
      }),
      textInput({ id: 'digest', label: 'Keyed digest', hint: 'As rekey keys digest prints it.', optional: true }),
    ],
  };
}
