import type { ModalView } from '@slack/types';
import type { GlassBreak } from '../../domain/approval/break-glass.ts';
import { bold, line, lines, plain, radio, textInput } from '../blocks.ts';
import { LIMITS } from '../limits.ts';
import { cut } from '../text.ts';

export const REVIEW_GLASS_FORM = 'review_glass';

/** Somebody who was not alone then says whether it was right. */
export function reviewGlassModal({ approval, question, by, reason }: GlassBreak): ModalView {
  return {
    type: 'modal',
    callback_id: REVIEW_GLASS_FORM,
    private_metadata: approval,
    title: plain('Review', LIMITS.viewTitle),
    submit: plain('Save', LIMITS.viewButton),
    close: plain('Not now', LIMITS.viewButton),
    blocks: [
      line(bold(cut(question, 400))),
      lines([
        [bold('Decided alone by '), cut(by, 100)],
        [bold('Reason '), cut(reason, 600)],
      ]),
      radio({
        id: 'verdict',
        label: 'Was it right not to wait?',
        options: [
          { value: 'justified', label: 'Yes, it was justified' },
          { value: 'not_justified', label: 'No, it was not justified' },
        ],
      }),
      textInput({ id: 'comment', label: 'What did you find?', optional: false, multiline: true }),
    ],
  };
}
