import { el } from '../dom.js';
import { plainText, textNodes } from '../text/mrkdwn.js';

/** Asks before a press counts, as Slack's `confirm` object wants it. Resolves true only for an explicit yes. */
export function confirmed(confirm, names) {
  if (!confirm) return Promise.resolve(true);
  const { promise, resolve } = Promise.withResolvers();
  const dialog = el(
    'dialog',
    { class: 'dialog confirm', 'aria-labelledby': 'confirm-title', 'aria-describedby': 'confirm-text' },
    el('h2', { id: 'confirm-title' }, plainText(confirm.title)),
    el('div', { id: 'confirm-text', class: 'prose' }, textNodes(confirm.text, names)),
    el(
      'div',
      { class: 'dialog-buttons' },
      answer(plainText(confirm.deny) || 'Cancel', '', 'no'),
      answer(plainText(confirm.confirm) || 'Yes', confirm.style === 'danger' ? 'danger' : 'primary', 'yes'),
    ),
  );
  dialog.addEventListener('close', () => {
    dialog.remove();
    resolve(dialog.returnValue === 'yes');
  });
  document.body.append(dialog);
  dialog.showModal();
  return promise;

  function answer(words, style, value) {
    return el('button', { class: `button ${style}`, type: 'button', on: { click: () => dialog.close(value) } }, words);
  }
}
