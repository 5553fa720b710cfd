import type {
  ActionsBlock,
  Button,
  ConfirmationDialog,
  ContextBlock,
  HeaderBlock,
  InputBlock,
  KnownBlock,
  PlainTextElement,
  PlainTextOption,
  RichTextBlock,
  RichTextElement,
  RichTextSection,
} from '@slack/types';
import { LIMITS } from './limits.ts';
import { clean, cut, oneLine, seconds, utcText } from './text.ts';

/** A piece of a line: text is shown as it is, never read as markup. */
export type Part = string | RichTextElement;
export type Line = readonly Part[];

export function plain(text: string, max: number): PlainTextElement {
  // Slack refuses an empty text.
  return { type: 'plain_text', text: cut(text, max) || '–', emoji: false };
}

export function bold(text: string): RichTextElement {
  return { type: 'text', text: clean(text), style: { bold: true } };
}

export function code(text: string): RichTextElement {
  return { type: 'text', text: clean(text), style: { code: true } };
}

/** An instant that everybody reads in their own zone. */
export function at(instant: Date, format = '{date_short_pretty} {time}'): RichTextElement {
  return { type: 'date', timestamp: seconds(instant), format, fallback: utcText(instant) };
}

export function header(text: string): HeaderBlock {
  return { type: 'header', text: plain(oneLine(text), LIMITS.header) };
}

/** One paragraph. */
export function line(...parts: Line): RichTextBlock {
  return { type: 'rich_text', elements: [section(parts)] };
}

/** Paragraphs below each other in one block. */
export function lines(all: readonly Line[]): RichTextBlock {
  const spaced = all.map((parts, index) => section(index < all.length - 1 ? [...parts, '\n'] : parts));
  return { type: 'rich_text', elements: spaced };
}

/** A title and points below it. */
export function bullets(title: Line, points: readonly Line[]): RichTextBlock {
  const list = { type: 'rich_text_list' as const, style: 'bullet' as const, elements: points.map(section) };
  return { type: 'rich_text', elements: points.length === 0 ? [section(title)] : [section(title), list] };
}

export function context(text: string): ContextBlock {
  return { type: 'context', elements: [plain(text, 1_000)] };
}

export const divider: KnownBlock = { type: 'divider' };

export function actions(blockId: string, buttons: readonly Button[]): ActionsBlock[] {
  return buttons.length === 0 ? [] : [{ type: 'actions', block_id: blockId, elements: [...buttons] }];
}

/** `token` is all that comes back on a press: opaque, and authority is looked up then. */
export function button(look: {
  action: string;
  token: string;
  label: string;
  style?: 'primary' | 'danger';
  confirm?: ConfirmationDialog;
}): Button {
  return {
    type: 'button',
    action_id: look.action,
    value: look.token,
    text: plain(look.label, LIMITS.buttonText),
    ...(look.style && { style: look.style }),
    ...(look.confirm && { confirm: look.confirm }),
  };
}

/** Opens a page of Rekey's own; the press comes in as well, and means nothing. */
export function linkButton(look: { action: string; url: string; label: string }): Button {
  return { type: 'button', action_id: look.action, url: look.url, text: plain(look.label, LIMITS.buttonText) };
}

export function confirm(words: { title: string; text: string; yes: string; no: string }): ConfirmationDialog {
  return {
    title: plain(words.title, LIMITS.confirmTitle),
    text: plain(words.text, LIMITS.confirmText),
    confirm: plain(words.yes, LIMITS.confirmButton),
    deny: plain(words.no, LIMITS.confirmButton),
    style: 'danger',
  };
}

/** An input whose block id is also its action id: one field, one name. */
export function textInput(field: {
  id: string;
  label: string;
  hint?: string;
  value?: string;
  optional: boolean;
  multiline?: boolean;
}): InputBlock {
  return {
    type: 'input',
    block_id: field.id,
    label: plain(field.label, LIMITS.label),
    optional: field.optional,
    ...(field.hint !== undefined && { hint: plain(field.hint, LIMITS.label) }),
    element: {
      type: 'plain_text_input',
      action_id: field.id,
      multiline: field.multiline ?? false,
      max_length: LIMITS.inputLength,
      ...(field.value && { initial_value: cut(field.value, LIMITS.inputLength) }),
    },
  };
}

export function radio(field: {
  id: string;
  label: string;
  options: readonly { value: string; label: string; description?: string }[];
  chosen?: string | null;
}): InputBlock {
  const options = field.options.map(optionOf);
  const chosen = options.find((option) => option.value === field.chosen);
  return {
    type: 'input',
    block_id: field.id,
    label: plain(field.label, LIMITS.label),
    element: {
      type: 'radio_buttons',
      action_id: field.id,
      options,
      ...(chosen && { initial_option: chosen }),
    },
  };
}

export function optionOf({ value, label, description }: { value: string; label: string; description?: string }) {
  const option: PlainTextOption = { value, text: plain(label, LIMITS.optionText) };
  return description === undefined ? option : { ...option, description: plain(description, LIMITS.optionText) };
}

/** The first `max` of a list, and a line that says how many there are besides. */
export function atMost<T>(items: readonly T[], max: number, show: (item: T) => Line): Line[] {
  const shown = items.slice(0, max).map(show);
  return items.length > max ? [...shown, [`… and ${items.length - max} more`]] : shown;
}

function section(parts: Line): RichTextSection {
  return { type: 'rich_text_section', elements: elementsOf(parts) };
}

function elementsOf(parts: Line): RichTextElement[] {
  const elements = parts.flatMap((part): RichTextElement[] => {
    if (typeof part !== 'string') return [part];
    const text = clean(part);
    return text === '' ? [] : [{ type: 'text', text }];
  });
  return elements.length === 0 ? [{ type: 'text', text: ' ' }] : elements;
}
