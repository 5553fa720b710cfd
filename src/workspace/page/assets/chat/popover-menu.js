import { el, uniqueId } from '../dom.js';
import { icon } from '../icons.js';

/**
 * A button that opens a small menu. The browser's popover closes it on Escape and on a click elsewhere.
 * @param {object} menu
 * @param {string} menu.label what the button is called
 * @param {string} [menu.sign] an icon's name; otherwise `face` is shown
 * @param {{ words: string, label?: string, more?: string, pick: () => void }[]} menu.choices
 */
export function popoverMenu({ sign, face, label, choices, className = '', buttonClass = 'tool' }) {
  const id = uniqueId('menu');
  const shown = sign ? icon(sign) : face;
  const opener = el(
    'button',
    { class: buttonClass, type: 'button', 'aria-label': label, title: label, popovertarget: id },
    shown,
  );
  const list = el('div', { id, class: `menu ${className}`.trim(), popover: 'auto' }, choices.map(choiceButton));
  list.addEventListener('toggle', (event) => {
    if (event.newState === 'open') standBeside(list, opener);
  });
  return el('span', { class: 'menu-home' }, opener, list);

  function choiceButton({ words, label: name, more, pick }) {
    const click = () => {
      list.hidePopover();
      pick(opener);
    };
    const attributes = { class: 'menu-choice', type: 'button', 'aria-label': name ?? null, on: { click } };
    return el('button', attributes, words, more && el('span', { class: 'menu-more' }, more));
  }
}

// Placed by properties, which the content security policy allows; a style attribute in markup it does not.
function standBeside(list, opener) {
  const box = opener.getBoundingClientRect();
  const below = box.bottom + list.offsetHeight + 8 < innerHeight;
  list.style.top = `${below ? box.bottom + 4 : Math.max(8, box.top - list.offsetHeight - 4)}px`;
  list.style.left = `${Math.max(8, Math.min(box.left, innerWidth - list.offsetWidth - 8))}px`;
  list.querySelector('button')?.focus();
}
