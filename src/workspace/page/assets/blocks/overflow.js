import { popoverMenu } from '../chat/popover-menu.js';
import { plainText } from '../text/mrkdwn.js';
import { confirmed } from './confirm.js';
import { whilePending } from './pending.js';

/** The “⋯” menu of an element. */
export function overflowNode(element, { surface, block }) {
  const choices = element.options.map((option) => ({
    words: plainText(option.text),
    pick: (opener) => choose(option, opener),
  }));
  return popoverMenu({ sign: 'more', label: 'More actions', choices, buttonClass: 'button overflow' });

  async function choose(option, opener) {
    if (!(await confirmed(element.confirm, surface.names))) return;
    await whilePending(opener, () => surface.press(block, element, option.value));
  }
}
