import type { ModalView } from '@slack/types';
import {
  actions,
  at,
  bold,
  button,
  confirm,
  context,
  header,
  type Line,
  line,
  lines,
  plain,
  textInput,
} from '../blocks.ts';
import { LIMITS, type Message } from '../limits.ts';
import { cut, escapeMrkdwn } from '../text.ts';

export interface UnusedQuestion {
  id: string;
  name: string;
  by: string;
  at: Date;
  reason: string;
  /** Calls that were counted in the last days, in words. */
  callers: string;
  /** What a yes does. */
  effect: string;
  answer: { confirmed: boolean; by: string; at: Date } | null;
}

/** Asks the owner whether a key may go. It works until they have said so. */
export function unusedQuestion(asked: UnusedQuestion): Message {
  const title = `Is ${cut(asked.name, 90)} still in use?`;
  const facts: Line[] = [
    [bold('Who says that it is not '), cut(asked.by, 100), ', ', at(asked.at)],
    [bold('Why '), cut(asked.reason, 500)],
    [bold('Calls with it '), cut(asked.callers, 300)],
    [bold('A yes '), cut(asked.effect, 300)],
  ];
  return {
    text: `${escapeMrkdwn(title)} ${escapeMrkdwn(cut(asked.by, 100))} says that it is not.`,
    blocks: [
      header(title),
      lines(facts),
      ...(asked.answer === null ? buttons(asked.id) : [answered(asked.answer)]),
      context(asked.id),
    ],
  };
}

function buttons(token: string) {
  const words = {
    title: 'Not in use?',
    text: 'Nobody is to need this key any more. It can be reinstated while it is only suspended.',
    yes: 'Not in use',
    no: 'Back',
  };
  return actions('unused', [
    button({ action: 'unused_yes', token, label: 'Not in use', confirm: confirm(words) }),
    button({ action: 'unused_no', token, label: 'Still in use', style: 'primary' }),
  ]);
}

function answered({ confirmed, by, at: when }: NonNullable<UnusedQuestion['answer']>) {
  return line(bold(confirmed ? 'Not in use' : 'Still in use'), `, says ${cut(by, 100)}, `, at(when));
}

export const UNUSED_FORM = 'digest_unused';

export function unusedModal({ key, name }: { key: string; name: string }): ModalView {
  return {
    type: 'modal',
    callback_id: UNUSED_FORM,
    private_metadata: key,
    title: plain('Not in use?', LIMITS.viewTitle),
    submit: plain('Ask the owner', LIMITS.viewButton),
    close: plain('Back', LIMITS.viewButton),
    blocks: [
      line(
        bold(cut(name, 200)),
        ' works until its owner agrees. Then it is suspended where Rekey can take that back, and somebody revokes it.',
      ),
      textInput({
        id: 'reason',
        label: 'Why do you think so?',
        hint: 'What used it before, and since when it does not.',
        optional: false,
        multiline: true,
      }),
    ],
  };
}
