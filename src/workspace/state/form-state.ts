import { interactiveElements } from '../blocks/find-element.ts';
import { isStateful } from '../blocks/kinds.ts';
import { isJson, type Json, listOf, textOf } from '../json.ts';
import type { Block } from './message.ts';
import type { FieldValue, ViewState } from './view.ts';

interface Reported {
  /** The field of the state value that holds the answer. */
  field: string;
  initial: string;
  reads: 'text' | 'number' | 'texts' | 'option' | 'options' | 'rich_text';
}

const single = (name: string): Reported => ({ field: `selected_${name}`, initial: `initial_${name}`, reads: 'text' });
const several = (name: string): Reported => ({ ...single(name), reads: 'texts' });
const option: Reported = { field: 'selected_option', initial: 'initial_option', reads: 'option' };
const options: Reported = { field: 'selected_options', initial: 'initial_options', reads: 'options' };
const typed: Reported = { field: 'value', initial: 'initial_value', reads: 'text' };

/** Where and how Slack reports what was chosen, by element type. What is missing here reports a plain `value`. */
const REPORTED: Record<string, Reported> = {
  datepicker: single('date'),
  timepicker: single('time'),
  datetimepicker: { ...single('date_time'), reads: 'number' },
  users_select: single('user'),
  channels_select: single('channel'),
  conversations_select: single('conversation'),
  multi_users_select: several('users'),
  multi_channels_select: several('channels'),
  multi_conversations_select: several('conversations'),
  static_select: option,
  external_select: option,
  radio_buttons: option,
  overflow: option,
  checkboxes: options,
  multi_static_select: options,
  multi_external_select: options,
  rich_text_input: { field: 'rich_text_value', initial: 'initial_value', reads: 'rich_text' },
  file_input: { field: 'files', initial: 'initial_files', reads: 'texts' },
};

const reportedOf = (element: Json): Reported => REPORTED[textOf(element.type) ?? ''] ?? typed;

/** The state of a form nobody has touched: every input with its initial value. */
export function initialState(blocks: readonly Block[]): ViewState {
  const state: ViewState = {};
  for (const { block, element } of interactiveElements(blocks)) {
    if (!isStateful(textOf(element.type) ?? '')) continue;
    const { field, initial, reads } = reportedOf(element);
    const empty = reads === 'options' || reads === 'texts' ? [] : null;
    state[block.block_id] = {
      ...state[block.block_id],
      [textOf(element.action_id) ?? '']: { type: element.type, [field]: element[initial] ?? empty },
    };
  }
  return state;
}

export function isEmpty(element: Json, value: Json | undefined): boolean {
  const answer = value?.[reportedOf(element).field];
  return answer === undefined || answer === null || answer === '' || (Array.isArray(answer) && answer.length === 0);
}

/**
 * What Slack reports for this answer. `offered` are the options an external menu fetched while the person typed.
 * Throws a sentence when the element does not offer that choice: nobody could have made it on a screen.
 */
export function stateValue(element: Json, answer: FieldValue, offered: readonly Json[] = []): Json {
  const { field, reads } = reportedOf(element);
  return { type: element.type, [field]: read(reads, answer, (value) => optionOf(element, value, offered)) };
}

function read(reads: Reported['reads'], answer: FieldValue, optionFor: (value: string) => Json): unknown {
  const texts = listOf(answer).map(String);
  if (reads === 'texts') return texts;
  if (reads === 'options') return texts.map(optionFor);
  if (answer === null || answer === '') return null;
  if (reads === 'number') return Number(answer);
  if (reads === 'option') return optionFor(String(answer));
  if (reads === 'rich_text') return richTextOf(String(answer));
  return String(answer);
}

/** The options an element shows by itself, groups flattened. */
export function ownOptions(element: Json): Json[] {
  const grouped = listOf(element.option_groups).flatMap((group) => (isJson(group) ? listOf(group.options) : []));
  return [...listOf(element.options), ...grouped].filter(isJson);
}

function optionOf(element: Json, value: string, offered: readonly Json[]): Json {
  const all = [...ownOptions(element), ...offered, ...listOf(element.initial_options), element.initial_option].filter(
    isJson,
  );
  const found = all.find((each) => each.value === value);
  if (found) return found;
  const names = all.map((each) => each.value).join(', ');
  throw new Error(`"${value}" is not among the options of ${element.action_id}: ${names || 'none are loaded'}.`);
}

const richTextOf = (text: string): Json => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }],
});
