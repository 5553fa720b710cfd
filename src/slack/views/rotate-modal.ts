import type { InputBlock, ModalView } from '@slack/types';
import { line, plain, radio, textInput } from '../blocks.ts';
import { keyInput } from '../inputs.ts';
import { LIMITS } from '../limits.ts';
import { cut } from '../text.ts';
import { type RotationPreview, rotationPreviewBlock } from './rotation-preview.ts';

export const ROTATE_FORM = 'rotate';
export const KEY_PICKER = 'key';
/** The field is `situation`; a choice in it has a name of its own, because buttons and fields of all messages share one list of names. */
export const OCCASION_CHOICE = 'rotate_occasion';

export interface RotateModal {
  slug: string | null;
  occasion: 'expired' | 'suspected' | 'exploited' | 'planned' | null;
  graceHours: number | null;
  reason: string;
  /** Why the form is there, when something was typed that does not say enough. */
  hint: string | null;
  /** Where the command was typed; the answer goes there. */
  channel: string;
  preview: RotationPreview | null;
}

/** Choosing a key or an occasion updates the preview; what else was filled in stays, because its fields keep their names. */
export function rotateModal(form: RotateModal): ModalView {
  return {
    type: 'modal',
    callback_id: ROTATE_FORM,
    private_metadata: form.channel,
    title: plain('Replace a key', LIMITS.viewTitle),
    submit: plain('Start', LIMITS.viewButton),
    close: plain('Not now', LIMITS.viewButton),
    blocks: [
      ...(form.hint === null ? [] : [line(cut(form.hint, 600))]),
      pickedKey(form.slug),
      occasionInput(form.occasion),
      graceInput(form.graceHours),
      textInput({
        id: 'reason',
        label: 'Why?',
        hint: 'What you saw and where. Never paste the key itself.',
        value: form.reason,
        optional: true,
        multiline: true,
      }),
      rotationPreviewBlock(form.preview),
    ],
  };
}

function pickedKey(chosen: string | null): InputBlock {
  const hint = 'Type the beginning of its name, of a word in it, of its service or its owner.';
  const field = { id: KEY_PICKER, label: 'Which key?', hint, optional: false };
  return { ...keyInput(field, { menu: KEY_PICKER, chosen }), dispatch_action: true };
}

function occasionInput(chosen: RotateModal['occasion']): InputBlock {
  const input = radio({ id: 'situation', label: 'What happened?', options: OCCASIONS, chosen });
  return { ...input, dispatch_action: true, element: { ...input.element, action_id: OCCASION_CHOICE } };
}

function graceInput(hours: number | null): InputBlock {
  return {
    type: 'input',
    block_id: 'grace',
    optional: true,
    label: plain('How many hours shall both keys work?', LIMITS.label),
    hint: plain(
      'Planned: 1 to 168, as its class says when left empty. Suspected: up to 1, or up to 4 with a second person who agrees. Otherwise none.',
      LIMITS.hint,
    ),
    element: {
      type: 'number_input',
      action_id: 'grace',
      is_decimal_allowed: true,
      min_value: '0',
      max_value: '168',
      ...(hours !== null && { initial_value: String(Math.round(hours * 100) / 100) }),
    },
  };
}

const OCCASIONS: readonly { value: NonNullable<RotateModal['occasion']>; label: string; description: string }[] = [
  { value: 'expired', label: 'Expired', description: 'It ran out; nobody else has it.' },
  { value: 'suspected', label: 'Suspected', description: 'Somebody may have it; no sign that it was used.' },
  {
    value: 'exploited',
    label: 'Exploited',
    description: 'Somebody used it, or it is public. Revoked first, no grace.',
  },
  {
    value: 'planned',
    label: 'Planned',
    description: 'Nothing happened: its time has come. Both keys work for a while.',
  },
];
