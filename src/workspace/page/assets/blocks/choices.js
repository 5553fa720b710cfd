import { el, uniqueId } from '../dom.js';
import { plainText, textNodes } from '../text/mrkdwn.js';
import { whilePending } from './pending.js';

/** Radio buttons: one of several, all of them in sight. */
export function radioButtonsNode(element, { surface, block, labelledBy, describedBy }) {
  const chosen = surface.start(block, element, element.initial_option?.value);
  return checkGroup({
    kind: 'radio',
    className: 'choices',
    labelledBy,
    describedBy,
    options: element.options.map((option) => shownOption(option, [chosen], surface.names)),
    change: (node, [value]) => whilePending(node, () => surface.choose(block, element, value ?? null)),
  });
}

/** Checkboxes: any of several. */
export function checkboxesNode(element, { surface, block, labelledBy, describedBy }) {
  const initial = element.initial_options?.map((option) => option.value);
  const chosen = surface.start(block, element, initial) ?? [];
  return checkGroup({
    className: 'choices',
    labelledBy,
    describedBy,
    options: element.options.map((option) => shownOption(option, chosen, surface.names)),
    change: (node, values) => whilePending(node, () => surface.choose(block, element, values)),
  });
}

/** A group of native boxes that reports the values of those that are ticked. */
export function checkGroup({ kind = 'checkbox', className, labelledBy, describedBy, options, change }) {
  const name = uniqueId('choice');
  const boxes = options.map(({ value, checked }) =>
    el('input', { type: kind, name, id: uniqueId(name), value, checked }),
  );
  const rows = options.map(({ words, more }, index) =>
    el('label', { class: 'choice', for: boxes[index].id }, boxes[index], el('span', {}, words, more)),
  );
  const node = el(
    'div',
    {
      class: className,
      role: kind === 'radio' ? 'radiogroup' : 'group',
      'aria-labelledby': labelledBy,
      'aria-label': labelledBy ? null : 'Options',
      'aria-describedby': describedBy,
    },
    rows,
  );
  const ticked = () => boxes.filter((box) => box.checked).map((box) => box.value);
  node.addEventListener('change', () => change(node, ticked()));
  return node;
}

function shownOption(option, chosen, names) {
  return {
    value: option.value,
    words: el('span', { class: 'prose' }, textNodes(option.text, names)),
    more: option.description && el('span', { class: 'choice-more' }, plainText(option.description)),
    checked: chosen.includes(option.value),
  };
}
