import type { ModalView } from '@slack/types';
import { line, plain, textInput } from '../blocks.ts';
import { LIMITS } from '../limits.ts';

export const NOTIFY_FORM = 'notify_outside';

/** Who is told outside and what is said of data integrity; which key and which replacement stand in the ledger. */
export function notifyModal(known: {
  incident: string;
  to: string;
  data: string;
  template: string;
  reason: string;
}): ModalView {
  return {
    type: 'modal',
    callback_id: NOTIFY_FORM,
    private_metadata: known.incident,
    title: plain('Tell people outside', LIMITS.viewTitle),
    submit: plain('Ask for approval', LIMITS.viewButton),
    close: plain('Not now', LIMITS.viewButton),
    blocks: [
      line('Nothing leaves yet: somebody else reads every word and every address first.'),
      textInput({
        id: 'to',
        label: 'Who?',
        hint: 'callers, peers, or single ones such as contact:partner, with commas between',
        value: known.to,
        optional: false,
      }),
      textInput({
        id: 'data',
        label: 'Is data integrity at risk?',
        hint: 'One sentence that people outside may read. Never a key.',
        value: known.data,
        optional: false,
        multiline: true,
      }),
      textInput({
        id: 'template',
        label: 'Template',
        hint: 'A file of notices/ without .md; left empty, the one that what happened asks for',
        value: known.template,
        optional: true,
      }),
      textInput({ id: 'reason', label: 'Why now?', value: known.reason, optional: false }),
    ],
  };
}
