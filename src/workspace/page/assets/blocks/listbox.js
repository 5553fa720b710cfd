import { el, replace, uniqueId } from '../dom.js';

/**
 * The list of proposals under a text field (ARIA: the field keeps the focus, `aria-activedescendant` says where one stands).
 * @template Choice
 * @param {HTMLInputElement | HTMLTextAreaElement} field
 * @param {object} options
 * @param {string} options.label
 * @param {(choice: Choice) => unknown[]} options.words what one row shows
 * @param {(choice: Choice) => void} options.pick
 */
export function createListbox(field, { label, words, pick }) {
  const list = el('ul', { id: uniqueId('list'), class: 'listbox', role: 'listbox', 'aria-label': label, hidden: true });
  const isCombobox = field.getAttribute('role') === 'combobox';
  let choices = [];
  let at = -1;
  field.setAttribute('aria-controls', list.id);
  field.setAttribute('aria-autocomplete', 'list');
  close();
  return { node: list, show, close, onKey, isOpen: () => !list.hidden };

  function show(next, nothing = null) {
    choices = next;
    if (choices.length === 0 && nothing === null) return close();
    const none = el('li', { class: 'nothing', role: 'option', 'aria-disabled': 'true' }, nothing);
    replace(list, choices.length > 0 ? choices.map(row) : none);
    list.hidden = false;
    if (isCombobox) field.setAttribute('aria-expanded', 'true');
    return move(choices.length > 0 ? 0 : -1);
  }

  function row(choice, index) {
    // On mousedown and not on click: the field must not lose the focus before the choice is made.
    const mousedown = (event) => {
      event.preventDefault();
      take(index);
    };
    return el(
      'li',
      { id: `${list.id}-${index}`, role: 'option', 'aria-selected': 'false', on: { mousedown } },
      words(choice),
    );
  }

  /** Takes the keys that mean the list; true when it did. */
  function onKey(event) {
    if (list.hidden) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && choices.length > 0) move((at + step + choices.length) % choices.length);
    else if ((event.key === 'Enter' || event.key === 'Tab') && at >= 0) take(at);
    else if (event.key === 'Escape') close();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  function move(index) {
    at = index;
    for (const [row, node] of [...list.children].entries()) node.setAttribute('aria-selected', String(row === at));
    list.children[at]?.scrollIntoView({ block: 'nearest' });
    if (at < 0) field.removeAttribute('aria-activedescendant');
    else field.setAttribute('aria-activedescendant', `${list.id}-${at}`);
  }

  function take(index) {
    const choice = choices[index];
    close();
    pick(choice);
  }

  function close() {
    list.hidden = true;
    at = -1;
    if (isCombobox) field.setAttribute('aria-expanded', 'false');
    field.removeAttribute('aria-activedescendant');
  }
}
