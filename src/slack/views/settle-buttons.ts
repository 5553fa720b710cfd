import type { ActionsBlock } from '@slack/types';
import { actions, button, confirm } from '../blocks.ts';

/** Did it happen? The token names the attempt that is asked about. */
export function settleButtons(block: string, token: string): ActionsBlock[] {
  return actions(block, [
    button({ action: 'settle_yes', token, label: 'Yes, it happened', confirm: sure('it happened') }),
    button({
      action: 'settle_no',
      token,
      label: 'No, do it',
      style: 'danger',
      confirm: sure('it did not happen, so that it is done now'),
    }),
  ]);
}

function sure(claim: string) {
  return confirm({
    title: 'Are you sure?',
    text: `You state that ${claim}. This goes into the audit under your name.`,
    yes: 'I looked',
    no: 'Back',
  });
}
