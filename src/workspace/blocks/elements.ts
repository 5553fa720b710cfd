import { BLOCK_LIMITS } from '../block-limits.ts';
import { initialIsOffered } from './initial-options.ts';
import { richText } from './rich-text.ts';
import {
  byType,
  type Check,
  exactlyOne,
  flag,
  list,
  matching,
  oneOf,
  optional,
  required,
  shape,
  text,
  wholeNumber,
} from './schema.ts';
import {
  choiceOption,
  confirmation,
  identifier,
  menuOption,
  optionGroup,
  overflowOption,
  placeholder,
  plainText,
} from './text-objects.ts';

const { button, select, choice, overflow, plainTextInput, fileInput, image } = BLOCK_LIMITS;

const type = required(identifier);
const actionable = { type, action_id: optional(identifier) };
const confirmable = { ...actionable, confirm: optional(confirmation) };
const focusable = { focus_on_load: optional(flag) };
const hinted = { placeholder: optional(placeholder) };
const date = matching(/^\d{4}-\d{2}-\d{2}$/, 'a date like 2026-11-21');
const time = matching(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time like 09:30');
const numeral = matching(/^-?\d+(\.\d+)?$/, 'a number in a string');
const dispatch = shape({
  trigger_actions_on: optional(list(oneOf('on_enter_pressed', 'on_character_entered'), { max: 2 })),
});
const typed = { ...actionable, ...focusable, ...hinted, dispatch_action_config: optional(dispatch) };
const slackFile = shape({ id: optional(identifier), url: optional(text(image.url)) }, exactlyOne('id', 'url'));
const styles = oneOf('primary', 'danger');
const filter = shape({
  include: optional(list(oneOf('im', 'mpim', 'private', 'public'), { max: 4 })),
  exclude_external_shared_channels: optional(flag),
  exclude_bot_users: optional(flag),
});

export const imageElement = shape(
  {
    type,
    image_url: optional(text(image.url)),
    slack_file: optional(slackFile),
    alt_text: required(text(image.altText)),
  },
  exactlyOne('image_url', 'slack_file'),
);

export const buttonElement = shape({
  ...confirmable,
  text: required(plainText(button.text)),
  value: optional(text(button.value, 0)),
  url: optional(text(button.url)),
  style: optional(styles),
  accessibility_label: optional(text(button.accessibilityLabel)),
});

const feedback = shape({
  text: required(plainText(button.text)),
  value: required(text(button.value)),
  accessibility_label: optional(text(button.accessibilityLabel)),
});

/** A menu, single or `multi_`, over one source of options. */
function menus(name: string, source: Parameters<typeof shape>[0], initial: string, one: Check, ...rules: Rules) {
  const common = { ...confirmable, ...focusable, ...hinted, ...source };
  const many = list(one, { max: select.options });
  return {
    [name]: shape({ ...common, [initial]: optional(one), response_url_enabled: optional(flag) }, ...rules),
    [`multi_${name}`]: shape(
      { ...common, [`${initial}s`]: optional(many), max_selected_items: optional(wholeNumber(1, select.options)) },
      ...rules,
    ),
  };
}
type Rules = Parameters<typeof shape>[1][];

const staticSource = {
  options: optional(list(menuOption, { max: select.options })),
  option_groups: optional(list(optionGroup, { max: select.groups })),
};

const choices = {
  ...confirmable,
  ...focusable,
  options: required(list(choiceOption, { max: choice.options })),
};

/** Every block element Slack knows, by its `type`. */
export const ELEMENTS: Record<string, Check> = {
  button: buttonElement,
  workflow_button: shape({
    type,
    action_id: optional(identifier),
    text: required(plainText(button.text)),
    workflow: required(() => undefined),
    style: optional(styles),
    accessibility_label: optional(text(button.accessibilityLabel)),
  }),
  icon_button: shape({
    ...confirmable,
    icon: required(identifier),
    text: required(plainText(button.text)),
    value: optional(text(button.value)),
    accessibility_label: optional(text(button.accessibilityLabel)),
    visible_to_user_ids: optional(list(identifier, { max: select.options })),
  }),
  feedback_buttons: shape({ ...actionable, positive_button: required(feedback), negative_button: required(feedback) }),
  image: imageElement,
  overflow: shape({ ...confirmable, options: required(list(overflowOption, { max: overflow.options })) }),
  radio_buttons: shape({ ...choices, initial_option: optional(choiceOption) }, initialIsOffered),
  checkboxes: shape(
    { ...choices, initial_options: optional(list(choiceOption, { max: choice.options })) },
    initialIsOffered,
  ),
  datepicker: shape({ ...confirmable, ...focusable, ...hinted, initial_date: optional(date) }),
  timepicker: shape({
    ...confirmable,
    ...focusable,
    ...hinted,
    initial_time: optional(time),
    timezone: optional(identifier),
  }),
  datetimepicker: shape({
    ...confirmable,
    ...focusable,
    initial_date_time: optional(wholeNumber(1_000_000_000, 9_999_999_999)),
  }),
  plain_text_input: shape({
    ...typed,
    initial_value: optional(text(plainTextInput.length, 0)),
    multiline: optional(flag),
    min_length: optional(wholeNumber(0, plainTextInput.length)),
    max_length: optional(wholeNumber(1, plainTextInput.length)),
  }),
  email_text_input: shape({ ...typed, initial_value: optional(text(plainTextInput.length)) }),
  url_text_input: shape({ ...typed, initial_value: optional(text(plainTextInput.length)) }),
  number_input: shape({
    ...typed,
    is_decimal_allowed: required(flag),
    initial_value: optional(numeral),
    min_value: optional(numeral),
    max_value: optional(numeral),
  }),
  rich_text_input: shape({
    ...typed,
    initial_value: optional(richText),
    min_lines: optional(wholeNumber(1, 100)),
    max_lines: optional(wholeNumber(1, 100)),
  }),
  file_input: shape({
    ...actionable,
    filetypes: optional(list(identifier, { max: select.options })),
    max_files: optional(wholeNumber(1, fileInput.files)),
  }),
  ...menus(
    'static_select',
    staticSource,
    'initial_option',
    menuOption,
    exactlyOne('options', 'option_groups'),
    initialIsOffered,
  ),
  ...menus('external_select', { min_query_length: optional(wholeNumber(0, 255)) }, 'initial_option', menuOption),
  ...menus('users_select', {}, 'initial_user', identifier),
  ...menus('channels_select', {}, 'initial_channel', identifier),
  ...menus(
    'conversations_select',
    { default_to_current_conversation: optional(flag), filter: optional(filter) },
    'initial_conversation',
    identifier,
  ),
};

/** Only these of all elements, where a block allows only some. */
export function elementsOf(...types: readonly string[]): Check {
  return byType(Object.fromEntries(Object.entries(ELEMENTS).filter(([name]) => types.includes(name))));
}
