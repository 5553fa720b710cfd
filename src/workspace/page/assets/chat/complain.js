import { el, replace } from '../dom.js';
import { icon } from '../icons.js';

const STAYS_MS = 12_000;

/** Says in a corner what went wrong where nothing nearer can say it. Stays long enough to be read, and can be sent away. */
export function mountComplaints(root) {
  let timer = 0;
  const clear = () => replace(root);
  return (sentence) => {
    clearTimeout(timer);
    timer = setTimeout(clear, STAYS_MS);
    const dismiss = el(
      'button',
      { class: 'tool', type: 'button', 'aria-label': 'Dismiss', on: { click: clear } },
      icon('close'),
    );
    replace(root, el('div', { class: 'toast' }, el('p', {}, sentence), dismiss));
  };
}
