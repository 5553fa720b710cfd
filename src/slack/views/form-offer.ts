import { actions, button, line } from '../blocks.ts';
import { LIMITS, type Message } from '../limits.ts';
import { cut, escapeMrkdwn, oneLine } from '../text.ts';

export const OPEN_FORM = 'open_form';

/** Slack opens a form only on a press, so whoever asked for one in words gets a button. `token` stands for those words. */
export function formOffer(title: string, token: string): Message {
  const words = `This needs a form: ${cut(oneLine(title), LIMITS.viewTitle)}. Nothing has happened yet.`;
  return {
    text: escapeMrkdwn(words),
    blocks: [
      line(words),
      ...actions('offer', [button({ action: OPEN_FORM, token, label: 'Open the form', style: 'primary' })]),
    ],
  };
}
