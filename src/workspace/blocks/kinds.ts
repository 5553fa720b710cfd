import { BLOCK_LIMITS } from '../block-limits.ts';
import { listOf } from '../json.ts';
import { dataVisualization } from './charts.ts';
import { buttonElement, ELEMENTS, elementsOf, imageElement } from './elements.ts';
import { richText } from './rich-text.ts';
import {
  atLeastOne,
  byType,
  type Check,
  exactlyOne,
  flag,
  list,
  oneOf,
  optional,
  type Rule,
  required,
  shape,
  text,
  unique,
  wholeNumber,
} from './schema.ts';
import { anyText, identifier, mrkdwn, plainText } from './text-objects.ts';

const limits = BLOCK_LIMITS;
const block = { type: required(identifier), block_id: optional(identifier) };

const MENUS = ['static_select', 'external_select', 'users_select', 'channels_select', 'conversations_select'];
const PICKERS = [...MENUS, ...MENUS.map((name) => `multi_${name}`), 'datepicker', 'timepicker'];
const CHOICES = ['checkboxes', 'radio_buttons'];
const TYPED = ['plain_text_input', 'email_text_input', 'url_text_input', 'number_input', 'rich_text_input'];

/** Two elements of one block cannot share an action id: nobody could tell which was pressed. */
const distinctActions: Rule = (value, at, problems) =>
  unique('action_id', listOf(value.elements), `${at}/elements`, problems);

const cell = byType({
  raw_text: shape({ type: required(identifier), text: required(text(limits.textObject)) }),
  raw_number: shape({
    type: required(identifier),
    value: required(() => undefined),
    text: optional(text(limits.textObject)),
  }),
  rich_text: richText,
});
const rows = list(list(cell, { max: limits.table.columns }), { max: limits.table.rows });

const card = shape(
  {
    ...block,
    hero_image: optional(imageElement),
    icon: optional(imageElement),
    title: optional(mrkdwn(limits.card.title)),
    subtitle: optional(mrkdwn(limits.card.subtitle)),
    body: optional(mrkdwn(limits.card.body)),
    actions: optional(list(buttonElement, { max: limits.card.actions })),
  },
  atLeastOne('hero_image', 'title', 'actions', 'body'),
);

const taskCard = shape({
  ...block,
  task_id: required(identifier),
  title: required(text(limits.textObject)),
  details: optional(richText),
  output: optional(richText),
  sources: optional(list(() => undefined, { max: limits.select.options, min: 0 })),
  status: required(oneOf('pending', 'in_progress', 'complete', 'error')),
});

const inContainer = ['actions', 'context', 'divider', 'file', 'header', 'image', 'input', 'rich_text', 'section'];

/** Every block Slack knows, by its `type`. */
export const BLOCKS: Record<string, Check> = {
  section: shape(
    {
      ...block,
      text: optional(anyText(limits.section.text)),
      fields: optional(list(anyText(limits.section.field), { max: limits.section.fields })),
      accessory: optional(elementsOf('button', 'image', 'overflow', 'workflow_button', ...CHOICES, ...PICKERS)),
      expand: optional(flag),
    },
    atLeastOne('text', 'fields'),
  ),
  header: shape({ ...block, text: required(plainText(limits.header.text)) }),
  divider: shape(block),
  context: shape({
    ...block,
    elements: required(
      list(
        byType({
          image: imageElement,
          plain_text: anyText(limits.textObject),
          mrkdwn: anyText(limits.textObject),
        }),
        { max: limits.context.elements },
      ),
    ),
  }),
  actions: shape(
    {
      ...block,
      elements: required(
        list(
          elementsOf(
            'button',
            'overflow',
            'workflow_button',
            'datetimepicker',
            'rich_text_input',
            ...CHOICES,
            ...PICKERS,
          ),
          { max: limits.actions.elements },
        ),
      ),
    },
    distinctActions,
  ),
  context_actions: shape(
    {
      ...block,
      elements: required(list(elementsOf('feedback_buttons', 'icon_button'), { max: limits.contextActions.elements })),
    },
    distinctActions,
  ),
  input: shape({
    ...block,
    label: required(plainText(limits.input.label)),
    hint: optional(plainText(limits.input.hint)),
    optional: optional(flag),
    dispatch_action: optional(flag),
    element: required(elementsOf('datetimepicker', 'file_input', ...CHOICES, ...PICKERS, ...TYPED)),
  }),
  image: shape(
    {
      ...block,
      alt_text: required(text(limits.image.altText)),
      title: optional(plainText(limits.image.title)),
      image_url: optional(text(limits.image.url)),
      slack_file: optional(() => undefined),
    },
    exactlyOne('image_url', 'slack_file'),
  ),
  rich_text: richText,
  markdown: shape({ ...block, text: required(text(limits.markdown.text)) }),
  alert: shape({
    ...block,
    text: required(anyText(limits.textObject)),
    level: optional(oneOf('default', 'info', 'warning', 'error', 'success')),
  }),
  table: shape({
    ...block,
    rows: required(rows),
    column_settings: optional(list(() => undefined, { max: limits.table.columns })),
  }),
  data_table: shape({
    ...block,
    rows: required(rows),
    caption: required(text(limits.textObject)),
    page_size: optional(wholeNumber(1, 100)),
    row_header_column_index: optional(wholeNumber(0, limits.table.columns - 1)),
  }),
  card,
  carousel: shape({ ...block, elements: required(list(byType({ card }), { max: limits.carousel.cards })) }),
  container: shape(
    {
      ...block,
      title: optional(plainText(limits.container.title)),
      rich_text_title: optional(richText),
      subtitle: optional(anyText(limits.container.subtitle)),
      child_blocks: required(
        list((value, at, problems) => child(value, at, problems), { max: limits.container.blocks }),
      ),
      width: optional(oneOf('narrow', 'standard', 'wide', 'full')),
      icon: optional(imageElement),
      is_collapsible: optional(flag),
      default_collapsed: optional(flag),
      has_header_divider: optional(flag),
    },
    atLeastOne('title', 'rich_text_title'),
  ),
  data_visualization: dataVisualization,
  task_card: taskCard,
  plan: shape({
    ...block,
    title: required(text(limits.textObject)),
    tasks: optional(list(byType({ task_card: taskCard }), { max: limits.message.blocks, min: 0 })),
  }),
  file: shape({ ...block, source: required(oneOf('remote')), external_id: required(identifier) }),
  video: shape({
    ...block,
    video_url: required(text(limits.video.url)),
    thumbnail_url: required(text(limits.video.url)),
    alt_text: required(text(limits.image.altText)),
    title: required(plainText(limits.video.title - 1)),
    title_url: optional(text(limits.video.url)),
    author_name: optional(text(limits.video.author - 1)),
    provider_name: optional(identifier),
    provider_icon_url: optional(text(limits.video.url)),
    description: optional(plainText(limits.video.title)),
  }),
};

/** A container's children: most blocks, but no container inside a container. */
const child: Check = byType(
  Object.fromEntries(Object.entries(BLOCKS).filter(([name]) => [...inContainer, 'table', 'video'].includes(name))),
);

/** Shown only in messages; a view that holds one is refused. */
export const MESSAGE_ONLY = [
  'markdown',
  'context_actions',
  'table',
  'data_table',
  'data_visualization',
  'card',
  'carousel',
  'task_card',
  'plan',
  'file',
];

/** Element types that carry a value into `state.values`; a button or an overflow menu does not. */
export function isStateful(elementType: string): boolean {
  return (
    Object.hasOwn(ELEMENTS, elementType) &&
    [...PICKERS, ...CHOICES, ...TYPED, 'datetimepicker', 'file_input'].includes(elementType)
  );
}
