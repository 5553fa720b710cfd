import { el } from '../dom.js';
import { plainText } from '../text/mrkdwn.js';
import { checkGroup } from './choices.js';
import { confirmed } from './confirm.js';
import { whilePending } from './pending.js';

/** A select of options, people or channels. The browser's own control: it works with every keyboard, phone and screen reader. */
export function selectNode(element, { surface, block, labelledBy, describedBy }) {
  const placeholder = plainText(element.placeholder) || 'Choose…';
  let kept = surface.start(block, element, initialOf(element)) ?? '';
  const node = el(
    'select',
    {
      class: 'input',
      'aria-labelledby': labelledBy,
      'aria-describedby': describedBy,
      'aria-label': labelledBy ? null : placeholder,
      on: { change },
    },
    el('option', { value: '' }, placeholder),
    optionsOf(element, surface.names).map((option) => optionNode(option, kept)),
  );
  return node;

  async function change() {
    if (!(await confirmed(element.confirm, surface.names))) {
      node.value = kept;
      return;
    }
    kept = node.value;
    await whilePending(node, () => surface.choose(block, element, kept === '' ? null : kept));
  }
}

/** Several of a list: a box of checkboxes, because the browser's own multiple select loses choices at a plain click. */
export function multiSelectNode(element, { surface, block, labelledBy, describedBy }) {
  const chosen = surface.start(block, element, initialOf(element)) ?? [];
  const options = optionsOf(element, surface.names).flatMap((option) => option.options ?? [option]);
  return checkGroup({
    className: 'choices multi-select',
    labelledBy,
    describedBy,
    options: options.map((option) => ({ ...option, checked: chosen.includes(option.value) })),
    change: (node, values) => whilePending(node, () => surface.choose(block, element, values)),
  });
}

function initialOf(element) {
  const { initial_option, initial_options, initial_user, initial_users, initial_channel, initial_conversation } =
    element;
  if (initial_options) return initial_options.map((option) => option.value);
  return initial_option?.value ?? initial_user ?? initial_users ?? initial_channel ?? initial_conversation ?? null;
}

function optionsOf(element, names) {
  if (element.type.includes('users')) return names.people().map(named);
  if (/^(multi_)?(channels|conversations)/.test(element.type)) return names.channels().map(named);
  const plain = (option) => ({ value: option.value, words: plainText(option.text) });
  if (!element.option_groups) return element.options.map(plain);
  return element.option_groups.map((group) => ({ label: plainText(group.label), options: group.options.map(plain) }));
}

function named({ id, name }) {
  return { value: id, words: name };
}

function optionNode(option, current) {
  if (!option.options) return el('option', { value: option.value, selected: option.value === current }, option.words);
  return el(
    'optgroup',
    { label: option.label },
    option.options.map((inner) => optionNode(inner, current)),
  );
}
