import type { KnownBlock, ModalView } from '@slack/types';
import { actions, at, bold, button, context, type Line, line, lines, linkButton, plain, textInput } from '../blocks.ts';
import { LIMITS } from '../limits.ts';
import { cut } from '../text.ts';
import { CODE_FIELD } from './review-fields.ts';

export const SET_UP_FORM = 'set_up_code';
export const ASK_FOR_LINK = 'ask_for_link';

export interface SetUpCode {
  /** Since when codes of an app count; null: there is none. */
  since: Date | null;
  recoveryCodesLeft: number;
  lockedUntil: Date | null;
  /** An app was begun on the page and waits for its first code. */
  isBegun: boolean;
  /** Who can make a link. */
  administrators: readonly string[];
  page: string;
}

/** How somebody gets a code without the seed, or the link to it, ever being in Slack. */
export function setUpCodeModal(data: SetUpCode): ModalView {
  const frame = {
    type: 'modal' as const,
    callback_id: SET_UP_FORM,
    title: plain('Your codes', LIMITS.viewTitle),
    close: plain('Close', LIMITS.viewButton),
  };
  if (data.since !== null) return { ...frame, blocks: standing(data, data.since) };
  return { ...frame, submit: plain('Confirm', LIMITS.viewButton), blocks: [...stepsTo(data), codeInput] };
}

function stepsTo({ isBegun, administrators, page, lockedUntil }: SetUpCode): KnownBlock[] {
  const who = cut(administrators.join(' or '), 300) || 'nobody yet: may.administer in policy.yaml names none';
  const asked: KnownBlock[] = isBegun
    ? [line(bold('Your new app waits for its first code.'))]
    : [
        lines([
          [bold('1. Ask for a link. '), `It is made by ${who}, who hands it to you outside of Slack.`],
          [bold('2. Open the page, paste the link'), ' and scan what it shows, once, with your authenticator app.'],
          [bold('3. Type the first code'), ' here or on the page. From then on your codes count.'],
        ]),
        ...actions('link', [
          button({ action: ASK_FOR_LINK, token: 'link', label: 'Ask for a link', style: 'primary' }),
          linkButton({ action: 'open_code_page', url: page, label: 'Open the page' }),
        ]),
      ];
  return [...asked, ...lockOf(lockedUntil), context(WHY)];
}

const WHY =
  'Neither the link nor what the page shows is ever in Slack: whoever took over your account here must not get a code by it. Recovery codes are shown on the page.';

function standing({ recoveryCodesLeft, lockedUntil }: SetUpCode, since: Date): KnownBlock[] {
  const left: Line =
    recoveryCodesLeft === 0
      ? [
          bold('No recovery codes are left. '),
          'If the phone is lost, somebody who may administer has to remove the app.',
        ]
      : [`${recoveryCodesLeft} recovery codes are left; each stands in for the app one time, in the same field.`];
  return [
    lines([
      [bold('Your codes count since '), at(since), '.'],
      left,
      [
        'Another phone: rekey second-factor enrol, with a code of this one. The phone is gone: rekey second-factor recover.',
      ],
    ]),
    ...lockOf(lockedUntil),
  ];
}

function lockOf(until: Date | null): KnownBlock[] {
  if (until === null) return [];
  return [
    line(
      bold('None of your codes is taken until '),
      at(until),
      ': too many were wrong. If those were not yours, tell the security team now.',
    ),
  ];
}

const codeInput = textInput({
  id: CODE_FIELD,
  label: 'The first code of your app',
  hint: 'The six digits that the app shows now for Rekey, after you have scanned the page. It is not kept.',
  optional: false,
});
