import { BLOCK_LIMITS } from '../block-limits.ts';
import { byType, type Check, flag, list, oneOf, optional, required, shape, text } from './schema.ts';

const literal = required(text(BLOCK_LIMITS.id));

function plain(max: number): Check {
  return shape({ type: literal, text: required(text(max)), emoji: optional(flag) });
}

function marked(max: number): Check {
  return shape({ type: literal, text: required(text(max)), verbatim: optional(flag) });
}

/** Where Slack insists on plain text, for example on a button. */
export const plainText = (max: number): Check => byType({ plain_text: plain(max) });

export const mrkdwn = (max: number): Check => byType({ mrkdwn: marked(max) });

export const anyText = (max: number): Check => byType({ plain_text: plain(max), mrkdwn: marked(max) });

const { confirm, option, select, id } = BLOCK_LIMITS;

export const identifier = text(id);

export const placeholder = plainText(BLOCK_LIMITS.placeholder);

export const confirmation = shape({
  title: required(plainText(confirm.title)),
  text: required(anyText(confirm.text)),
  confirm: required(plainText(confirm.button)),
  deny: required(plainText(confirm.button)),
  style: optional(oneOf('primary', 'danger')),
});

function optionWith(label: Check, description: Check, extra: Parameters<typeof shape>[0] = {}): Check {
  return shape({
    text: required(label),
    value: required(text(option.value)),
    description: optional(description),
    ...extra,
  });
}

export const menuOption = optionWith(plainText(option.text), plainText(option.description));

/** Radio buttons and checkboxes may carry mrkdwn; menus may not. */
export const choiceOption = optionWith(anyText(option.text), anyText(option.description));

export const overflowOption = optionWith(plainText(option.text), plainText(option.description), {
  url: optional(text(option.url)),
});

export const optionGroup = shape({
  label: required(plainText(select.groupLabel)),
  options: required(list(menuOption, { max: select.options })),
});
