import type { InputBlock } from '@slack/types';
import { optionOf, plain } from './blocks.ts';
import { LIMITS } from './limits.ts';
import { seconds } from './text.ts';

/** An input whose block id is also its action id: one field, one name. Only a menu that the app fills has a name of its own. */
interface Field {
  id: string;
  label: string;
  hint?: string | null;
  optional: boolean;
}

function input({ id, label, hint, optional }: Field, element: InputBlock['element']): InputBlock {
  return {
    type: 'input',
    block_id: id,
    label: plain(label, LIMITS.label),
    optional,
    ...(hint && { hint: plain(hint, LIMITS.hint) }),
    element,
  };
}

export function wordsInput(
  field: Field,
  { min, max, multiline }: { min: number | null; max: number | null; multiline: boolean },
): InputBlock {
  return input(field, {
    type: 'plain_text_input',
    action_id: field.id,
    multiline,
    max_length: Math.min(max ?? LIMITS.inputLength, LIMITS.inputLength),
    ...(min !== null && min > 0 && { min_length: min }),
  });
}

export function wholeNumberInput(
  field: Field,
  { min, max, value = null }: { min: number | null; max: number | null; value?: string | null },
): InputBlock {
  return input(field, {
    type: 'number_input',
    action_id: field.id,
    is_decimal_allowed: false,
    ...(min !== null && { min_value: String(min) }),
    ...(max !== null && { max_value: String(max) }),
    ...(value !== null && /^-?\d{1,15}$/.test(value) && { initial_value: value }),
  });
}

/** `chosen` is filled in when it is among the options. */
export function menuInput(field: Field, options: readonly Option[], chosen: string | null = null): InputBlock {
  return input(field, { type: 'static_select', action_id: field.id, ...offered(options, chosen) });
}

export function choiceInput(field: Field, options: readonly Option[], chosen: string | null = null): InputBlock {
  return input(field, { type: 'radio_buttons', action_id: field.id, ...offered(options, chosen) });
}

interface Option {
  value: string;
  label: string;
}

function offered(options: readonly Option[], chosen: string | null) {
  const first = options.find(({ value }) => value === chosen);
  return { options: options.map(optionOf), ...(first && { initial_option: optionOf(first) }) };
}

/** The keys that `menu` finds while somebody types. A name that is too long for an option cannot be filled in. */
export function keyInput(field: Field, { menu, chosen }: { menu: string; chosen: string | null }): InputBlock {
  const isFit = chosen !== null && chosen !== '' && chosen.length <= LIMITS.optionValue;
  return input(field, {
    type: 'external_select',
    action_id: menu,
    min_query_length: 0,
    placeholder: plain('Key', LIMITS.placeholder),
    ...(isFit && { initial_option: optionOf({ value: chosen, label: chosen }) }),
  });
}

export function tickInput(
  field: Field,
  options: readonly { value: string; label: string; ticked: boolean }[],
): InputBlock {
  const ticked = options.filter((option) => option.ticked).map(({ value, label }) => optionOf({ value, label }));
  return input(field, {
    type: 'checkboxes',
    action_id: field.id,
    options: options.map(({ value, label }) => optionOf({ value, label })),
    ...(ticked.length > 0 && { initial_options: ticked }),
  });
}

export function dayInput(field: Field): InputBlock {
  return input(field, { type: 'datepicker', action_id: field.id });
}

/** Everybody picks in their own zone; the value is in seconds. */
export function instantInput(field: Field, chosen: Date | null = null): InputBlock {
  return input(field, {
    type: 'datetimepicker',
    action_id: field.id,
    ...(chosen !== null && { initial_date_time: seconds(chosen) }),
  });
}

export function linkInput(field: Field): InputBlock {
  return input(field, { type: 'url_text_input', action_id: field.id });
}

/** `chosen` is a Slack account. */
export function personInput(field: Field, chosen: string | null = null): InputBlock {
  return input(field, {
    type: 'users_select',
    action_id: field.id,
    ...(chosen !== null && { initial_user: chosen }),
  });
}
