import { el } from '../dom.js';

/** How much is unread, as a number to see and as words to hear. Nothing when there is nothing. */
export function badge(count) {
  if (count === 0) return null;
  return el('span', { class: 'badge' }, ` ${count > 99 ? '99+' : count}`, el('span', { class: 'unseen' }, ' unread'));
}
