import type { ModalView } from '@slack/types';
import type { Situation } from '../../domain/run.ts';
import { line, optionOf, plain, radio, textInput } from '../blocks.ts';
import { LIMITS } from '../limits.ts';
import { cut } from '../text.ts';

export const ROTATE_FORM = 'rotate';
export const KEY_PICKER = 'key';

export interface RotateModal {
  slug: string | null;
  situation: Situation | null;
  reason: string;
  /** Why the form is there, when something was typed that does not say enough. */
  hint: string | null;
  /** Where the command was typed; the answer goes there. */
  channel: string;
}

export function rotateModal(form: RotateModal): ModalView {
  const picked =
    !form.slug || form.slug.length > LIMITS.optionValue ? null : optionOf({ value: form.slug, label: form.slug });
  return {
    type: 'modal',
    callback_id: ROTATE_FORM,
    private_metadata: form.channel,
    title: plain('Replace a key', LIMITS.viewTitle),
    submit: plain('Start', LIMITS.viewButton),
    close: plain('Cancel', LIMITS.viewButton),
    blocks: [
      ...(form.hint === null ? [] : [line(cut(form.hint, 600))]),
      {
        type: 'input',
        block_id: KEY_PICKER,
        label: plain('Which key?', LIMITS.label),
        hint: plain('Type a part of its name, its service or its owner.', LIMITS.label),
        element: {
          type: 'external_select',
          action_id: KEY_PICKER,
          min_query_length: 0,
          placeholder: plain('Key', LIMITS.placeholder),
          ...(picked && { initial_option: picked }),
        },
      },
      radio({ id: 'situation', label: 'What happened?', options: SITUATIONS, chosen: form.situation }),
      textInput({
        id: 'reason',
        label: 'Why?',
        hint: 'What you saw and where. Never paste the key itself.',
        value: form.reason,
        optional: true,
        multiline: true,
      }),
    ],
  };
}

const SITUATIONS: readonly { value: Situation; label: string; description: string }[] = [
  { value: 'expired', label: 'Expired', description: 'It ran out; nobody else has it.' },
  { value: 'suspected', label: 'Suspected', description: 'Somebody may have it; no sign that it was used.' },
  {
    value: 'exploited',
    label: 'Exploited',
    description: 'Somebody used it, or it is public. Revoked first, no grace.',
  },
];
