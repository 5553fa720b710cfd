import type { ModalView } from '@slack/types';
import { line, plain, textInput } from '../blocks.ts';
import { dayInput, personInput } from '../inputs.ts';
import { LIMITS } from '../limits.ts';
import { cut, oneLine } from '../text.ts';

export const ADD_FOLLOW_UP_FORM = 'add_follow_up';
export const HAND_OVER_FOLLOW_UP_FORM = 'hand_over_follow_up';
export const MOVE_FOLLOW_UP_FORM = 'move_follow_up';
export const DROP_FOLLOW_UP_FORM = 'drop_follow_up';
export const PUBLISH_FORM = 'publish_retrospective';

interface Form {
  form: string;
  /** What comes back when it is sent off. */
  about: string;
  title: string;
  submit: string;
  says: string;
  inputs: ModalView['blocks'];
}

function formOf({ form, about, title, submit, says, inputs }: Form): ModalView {
  return {
    type: 'modal',
    callback_id: form,
    private_metadata: about,
    title: plain(title, LIMITS.viewTitle),
    submit: plain(submit, LIMITS.viewButton),
    close: plain('Not now', LIMITS.viewButton),
    blocks: [line(cut(oneLine(says), 600)), ...inputs],
  };
}

const DUE = { id: 'due', label: 'Due', hint: 'At the end of that working day.', optional: false };

export function addFollowUpModal(incident: { id: string; title: string }): ModalView {
  return formOf({
    form: ADD_FOLLOW_UP_FORM,
    about: incident.id,
    title: 'Add follow-up',
    submit: 'Add',
    says: `What has to happen after ${incident.id} (${incident.title}), so that it does not come again?`,
    inputs: [
      textInput({ id: 'what', label: 'What is to be done', optional: false, multiline: true }),
      personInput({ id: 'owner', label: 'Who does it', optional: false }),
      dayInput(DUE),
    ],
  });
}

interface About {
  id: string;
  what: string;
}

export function handOverFollowUpModal({ id, what }: About): ModalView {
  return formOf({
    form: HAND_OVER_FOLLOW_UP_FORM,
    about: id,
    title: 'Hand over',
    submit: 'Hand over',
    says: what,
    inputs: [
      personInput({ id: 'to', label: 'To whom', optional: false }),
      textInput({ id: 'reason', label: 'Why', optional: true }),
    ],
  });
}

export function moveFollowUpModal({ id, what }: About): ModalView {
  return formOf({
    form: MOVE_FOLLOW_UP_FORM,
    about: id,
    title: 'Move date',
    submit: 'Move',
    says: what,
    inputs: [dayInput(DUE), textInput({ id: 'reason', label: 'Why', hint: 'Stands in the summary.', optional: false })],
  });
}

export function dropFollowUpModal({ id, what }: About): ModalView {
  return formOf({
    form: DROP_FOLLOW_UP_FORM,
    about: id,
    title: 'Drop follow-up',
    submit: 'Drop',
    says: what,
    inputs: [
      textInput({ id: 'reason', label: 'Why it is not needed', hint: 'Stands in the summary.', optional: false }),
    ],
  });
}

export function publishModal(incident: { id: string; title: string }): ModalView {
  return formOf({
    form: PUBLISH_FORM,
    about: incident.id,
    title: 'Publish retrospective',
    submit: 'Publish',
    says: `The retrospective of ${incident.id} (${incident.title}).`,
    inputs: [
      textInput({
        id: 'words',
        label: 'A link to it, or the text itself',
        hint: 'Never a key: it is kept and shown.',
        optional: false,
        multiline: true,
      }),
    ],
  });
}
