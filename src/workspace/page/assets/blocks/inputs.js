import { el } from '../dom.js';
import { plainText } from '../text/mrkdwn.js';
import { whilePending } from './pending.js';

const INPUT_TYPES = { email_text_input: 'email', url_text_input: 'url' };

/** A line or several lines of text. What is typed is remembered at every key, so a re-rendered modal loses nothing. */
export function textInput(element, place) {
  const attributes = { maxlength: element.max_length, autocomplete: 'off', ...common(element, place) };
  const node =
    element.multiline || element.type === 'rich_text_input'
      ? el('textarea', { ...attributes, rows: '4' })
      : el('input', { ...attributes, type: INPUT_TYPES[element.type] ?? 'text' });
  return wired(node, element, place, typeof element.initial_value === 'string' ? element.initial_value : undefined);
}

/** A number, kept as the text the person typed: Slack reports it so, and the app decides what is in range. */
export function numberInput(element, place) {
  const step = element.is_decimal_allowed ? 'any' : '1';
  const attributes = { type: 'number', step, min: element.min_value, max: element.max_value, inputmode: 'decimal' };
  return wired(el('input', { ...attributes, ...common(element, place) }), element, place, element.initial_value);
}

/** A day, as YYYY-MM-DD. */
export function dateInput(element, place) {
  return wired(el('input', { type: 'date', ...common(element, place) }), element, place, element.initial_date);
}

/** A time of day, as HH:MM. */
export function timeInput(element, place) {
  return wired(el('input', { type: 'time', ...common(element, place) }), element, place, element.initial_time);
}

function common(element, { labelledBy, describedBy }) {
  const placeholder = plainText(element.placeholder);
  return {
    class: 'input',
    placeholder: placeholder || null,
    'aria-labelledby': labelledBy,
    'aria-label': labelledBy ? null : placeholder || 'Value',
    'aria-describedby': describedBy,
  };
}

function wired(node, element, { surface, block }, initial) {
  const value = () => (node.value === '' ? null : node.value);
  node.value = surface.start(block, element, initial) ?? '';
  node.addEventListener('input', () => surface.write(block, element, value()));
  if (block.type === 'input' && !block.dispatch_action) return node;
  node.addEventListener('change', () => whilePending(node, () => surface.choose(block, element, value())));
  return node;
}
