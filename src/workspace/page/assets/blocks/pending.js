import { el } from '../dom.js';

/**
 * Shows on an element that the app was asked and has not answered, then what went wrong if it did not.
 * The element keeps the focus (it is not disabled), so a keyboard user does not fall out of the message.
 * @param {Element} node
 * @param {() => Promise<string | null>} ask a sentence when it failed
 */
export async function whilePending(node, ask) {
  const home = node.closest('[data-surface]') ?? node.parentElement;
  home.querySelector(':scope > .action-failure')?.remove();
  node.setAttribute('aria-busy', 'true');
  const failure = await ask().finally(() => node.removeAttribute('aria-busy'));
  if (failure) home.append(el('p', { class: 'action-failure', role: 'alert' }, '⚠️ ', failure));
}
