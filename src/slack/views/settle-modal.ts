import type { ModalView } from '@slack/types';
import type { Doubt } from '../../domain/doubt.ts';
import { at, bold, bullets, type Line, line, lines, plain, radio, textInput } from '../blocks.ts';
import { LIMITS } from '../limits.ts';
import { cut } from '../text.ts';

export const SETTLE_FORM = 'settle';

/** What is known of a step in doubt, what each answer leads to, and the answer itself. */
export function settleModal(doubt: Doubt, id: string): ModalView {
  const given: Line[] = doubt.given.map((text) => [cut(text, 300)]);
  return {
    type: 'modal',
    callback_id: SETTLE_FORM,
    private_metadata: id,
    title: plain('Did it happen?', LIMITS.viewTitle),
    submit: plain('I looked', LIMITS.viewButton),
    close: plain('Not now', LIMITS.viewButton),
    blocks: [
      line(bold(`${cut(doubt.step, 64)} (${cut(doubt.uses, 40)}) of ${cut(doubt.runbook, 80)} `), cut(doubt.run, 80)),
      lines([
        [bold('Seen last '), cut(doubt.question, 500)],
        [bold('Begun '), at(doubt.startedAt), `, attempt ${doubt.attempts}`],
      ]),
      ...(given.length === 0 ? [] : [bullets([bold('It was given')], given)]),
      lines([
        [bold('If it happened: '), cut(doubt.yesLeadsTo, 300)],
        [bold('If not: '), cut(doubt.noLeadsTo, 300)],
      ]),
      radio({
        id: 'happened',
        label: 'Look where it takes effect. What do you see?',
        options: [
          { value: 'yes', label: 'It happened' },
          { value: 'no', label: 'It did not happen' },
        ],
      }),
      textInput({
        id: 'reason',
        label: 'How do you know?',
        hint: 'One line; it stands in the audit beside your name. Never paste a key here.',
        optional: false,
      }),
    ],
  };
}
