import { el } from '../dom.js';
import { plainText } from '../text/mrkdwn.js';
import { confirmed } from './confirm.js';
import { whilePending } from './pending.js';

/** A button: plain, primary or danger; it may ask first, and it shows that it waits for the app. */
export function buttonNode(element, { surface, block }) {
  const attributes = {
    class: `button ${element.style ?? ''}`.trim(),
    'aria-label': element.accessibility_label ?? null,
    on: { click: press },
  };
  const words = plainText(element.text);
  const node = element.url
    ? el('a', { ...attributes, href: safeAddress(element.url), target: '_blank', rel: 'noopener noreferrer' }, words)
    : el('button', { ...attributes, type: 'button' }, words);
  return node;

  async function press() {
    if (node.getAttribute('aria-busy') === 'true') return;
    if (!(await confirmed(element.confirm, surface.names))) return;
    await whilePending(node, () => surface.press(block, element, element.value));
  }
}

function safeAddress(address) {
  return /^https?:\/\//i.test(address) ? address : null;
}
