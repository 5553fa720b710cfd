import { el, uniqueId } from '../dom.js';
import { plainText } from '../text/mrkdwn.js';
import { elementNode } from './elements.js';

/** An input with its label, hint and, after a refused submission, its error right beside it. */
export function inputBlock(block, surface) {
  const label = uniqueId('label');
  const note = uniqueId('note');
  const element = elementNode(block.element, { surface, block, labelledBy: label, describedBy: note });
  return el(
    'div',
    { class: 'block input-block' },
    el(
      'div',
      { class: 'input-label', id: label },
      plainText(block.label),
      block.optional && el('span', { class: 'optional' }, ' (optional)'),
    ),
    element,
    el(
      'div',
      { id: note },
      block.hint && el('div', { class: 'hint' }, plainText(block.hint)),
      el('div', { class: 'input-error' }),
    ),
  );
}

/**
 * Puts each error beside the input of its block and the focus on the first one.
 * @param {HTMLElement} form
 * @param {Record<string, string>} errors sentences by block_id
 */
export function showErrors(form, errors) {
  for (const node of form.querySelectorAll('.input-block')) {
    const sentence = errors[node.dataset.block] ?? '';
    const control = controlOf(node);
    node.classList.toggle('has-error', sentence !== '');
    node.querySelector('.input-error').textContent = sentence === '' ? '' : `⚠️ ${sentence}`;
    if (sentence === '') control?.removeAttribute('aria-invalid');
    else control?.setAttribute('aria-invalid', 'true');
  }
  const first = form.querySelector('.has-error');
  if (first) controlOf(first)?.focus();
}

function controlOf(node) {
  return node.querySelector('input, textarea, select, button');
}
