import type { HomeView, KnownBlock, ModalView } from '@slack/types';
import { z } from 'zod';
import type { Chart, ChartBlock } from './chart/chart.ts';

/**
 * What Slack takes, in UTF-16 units and counts. Source: the comments of @slack/types 3.2.0; `allText` is not documented: from about 13 200
 * on Slack answers msg_blocks_too_long, so some room is left.
 */
export const LIMITS = {
  messageBlocks: 50,
  viewBlocks: 100,
  /** chat.update takes 4 000, and every message may be updated. */
  fallbackText: 3_800,
  allText: 12_500,
  viewBytes: 240_000,
  header: 150,
  section: 3_000,
  sectionFields: 10,
  sectionField: 2_000,
  contextElements: 10,
  actions: 25,
  buttonText: 75,
  buttonValue: 2_000,
  optionText: 75,
  optionValue: 75,
  options: 100,
  radioOptions: 10,
  checkboxes: 10,
  hint: 2_000,
  label: 2_000,
  placeholder: 150,
  inputLength: 3_000,
  viewTitle: 24,
  viewButton: 24,
  privateMetadata: 3_000,
  id: 255,
  confirmTitle: 100,
  confirmText: 300,
  confirmButton: 30,
} as const;

export interface Message {
  /** What notifications and screen readers get. */
  text: string;
  blocks: (KnownBlock | ChartBlock)[];
  /** Put into it as Slack can show it when it is sent; the words say the same. */
  chart?: Chart;
}

/** The first of several ever shorter renderings that Slack takes as a whole; the last one when none does. */
export function fitting(levels: readonly [() => Message, ...(() => Message)[]]): Message {
  const [first, ...shorter] = levels;
  return shorter.reduce((message, next) => (textLength(message.blocks) > LIMITS.allText ? next() : message), first());
}

/** A view that Slack would refuse. Found before it is sent, so that it is a failing test and not a silent channel. */
export class OverLimit extends Error {
  override readonly name = 'OverLimit';
}

export function assertMessage({ text, blocks }: Message): void {
  const problems = [
    ...over('text', text, LIMITS.fallbackText),
    ...(text.trim() === '' ? ['text is empty'] : []),
    ...more('blocks', blocks, LIMITS.messageBlocks),
    ...blocks.flatMap(problemsOf),
    ...repeatedIds(blocks),
    ...(textLength(blocks) > LIMITS.allText
      ? [`all text together has ${textLength(blocks)} of ${LIMITS.allText}`]
      : []),
  ];
  refuse(problems);
}

export function assertView(view: ModalView | HomeView): void {
  const titles =
    view.type === 'home'
      ? []
      : [
          ...over('title', view.title.text, LIMITS.viewTitle),
          ...over('submit', view.submit?.text ?? '', LIMITS.viewButton),
          ...over('close', view.close?.text ?? '', LIMITS.viewButton),
        ];
  refuse([
    ...titles,
    ...over('private_metadata', view.private_metadata ?? '', LIMITS.privateMetadata),
    ...over('callback_id', view.callback_id ?? '', LIMITS.id),
    ...more('blocks', view.blocks, LIMITS.viewBlocks),
    ...view.blocks.flatMap(problemsOf),
    ...repeatedIds(view.blocks),
    ...(JSON.stringify(view).length > LIMITS.viewBytes ? [`the view has more than ${LIMITS.viewBytes} bytes`] : []),
  ]);
}

const Words = z.object({ text: z.string() });
const Choice = z.object({ text: Words, value: z.string(), description: Words.optional() });
const Confirm = z.object({ title: Words, text: Words, confirm: Words, deny: Words });
const Element = z.looseObject({
  type: z.string(),
  action_id: z.string().optional(),
  text: z.union([Words, z.string()]).optional(),
  value: z.string().optional(),
  options: z.array(Choice).optional(),
  initial_value: z.string().optional(),
  placeholder: Words.optional(),
  confirm: Confirm.optional(),
});
const AnyBlock = z.looseObject({
  type: z.string(),
  block_id: z.string().optional(),
  text: Words.optional(),
  fields: z.array(Words).optional(),
  label: Words.optional(),
  hint: Words.optional(),
  element: Element.optional(),
  elements: z.array(Element).optional(),
});

function problemsOf(given: unknown, index: number): string[] {
  const block = AnyBlock.parse(given);
  const at = `block ${index} (${block.type})`;
  const elements =
    block.type === 'rich_text' ? [] : [...(block.elements ?? []), ...(block.element ? [block.element] : [])];
  return [
    ...over(`${at} block_id`, block.block_id ?? '', LIMITS.id),
    ...over(`${at} text`, block.text?.text ?? '', block.type === 'header' ? LIMITS.header : LIMITS.section),
    ...more(`${at} fields`, block.fields ?? [], LIMITS.sectionFields),
    ...(block.fields ?? []).flatMap((field) => over(`${at} field`, field.text, LIMITS.sectionField)),
    ...over(`${at} label`, block.label?.text ?? '', LIMITS.label),
    ...over(`${at} hint`, block.hint?.text ?? '', LIMITS.hint),
    ...(block.type === 'actions' ? more(`${at} elements`, elements, LIMITS.actions) : []),
    ...(block.type === 'context' ? more(`${at} elements`, elements, LIMITS.contextElements) : []),
    ...elements.flatMap((element) => problemsOfElement(element, at)),
  ];
}

const MOST_OPTIONS: Readonly<Record<string, number>> = {
  radio_buttons: LIMITS.radioOptions,
  checkboxes: LIMITS.checkboxes,
};

function problemsOfElement(element: z.infer<typeof Element>, at: string): string[] {
  const words = typeof element.text === 'string' ? element.text : (element.text?.text ?? '');
  const { confirm } = element;
  return [
    ...over(`${at} action_id`, element.action_id ?? '', LIMITS.id),
    ...over(`${at} words`, words, element.type === 'button' ? LIMITS.buttonText : LIMITS.section),
    ...over(`${at} value`, element.value ?? '', LIMITS.buttonValue),
    ...over(`${at} initial value`, element.initial_value ?? '', LIMITS.inputLength),
    ...over(`${at} placeholder`, element.placeholder?.text ?? '', LIMITS.placeholder),
    ...more(`${at} options`, element.options ?? [], MOST_OPTIONS[element.type] ?? LIMITS.options),
    ...(element.options ?? []).flatMap((option) => [
      ...over(`${at} option`, option.text.text, LIMITS.optionText),
      ...over(`${at} option value`, option.value, LIMITS.optionValue),
      ...over(`${at} option description`, option.description?.text ?? '', LIMITS.optionText),
    ]),
    ...over(`${at} confirm title`, confirm?.title.text ?? '', LIMITS.confirmTitle),
    ...over(`${at} confirm text`, confirm?.text.text ?? '', LIMITS.confirmText),
    ...over(`${at} confirm button`, confirm?.confirm.text ?? '', LIMITS.confirmButton),
    ...over(`${at} deny button`, confirm?.deny.text ?? '', LIMITS.confirmButton),
  ];
}

/** The sum that Slack holds `msg_blocks_too_long` against. */
export function textLength(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, one) => sum + textLength(one), 0);
  if (typeof value !== 'object' || value === null) return 0;
  return Object.entries(value).reduce(
    (sum, [name, one]) => sum + (name === 'text' && typeof one === 'string' ? one.length : textLength(one)),
    0,
  );
}

function repeatedIds(blocks: readonly { block_id?: string }[]): string[] {
  const ids = blocks.flatMap((block) => (block.block_id === undefined ? [] : [block.block_id]));
  return ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `block_id ${id} is there twice`);
}

function over(what: string, text: string, max: number): string[] {
  return text.length > max ? [`${what} has ${text.length} of ${max} characters`] : [];
}

function more(what: string, list: readonly unknown[], max: number): string[] {
  return list.length > max ? [`${what}: ${list.length} of ${max}`] : [];
}

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new OverLimit(`Slack would not take this: ${problems.join('; ')}`);
}
