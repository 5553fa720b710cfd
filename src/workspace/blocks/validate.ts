import { BLOCK_LIMITS } from '../block-limits.ts';
import { isJson, type Json, listOf } from '../json.ts';
import { BLOCKS, MESSAGE_ONLY } from './kinds.ts';
import { byType, flag, list, oneOf, optional, type Problem, required, shape, text, unique } from './schema.ts';
import { plainText } from './text-objects.ts';

const { message, view } = BLOCK_LIMITS;

const anyBlock = byType(BLOCKS);
const viewBlock = byType(Object.fromEntries(Object.entries(BLOCKS).filter(([type]) => !MESSAGE_ONLY.includes(type))));

/** What Slack would say of these blocks in a message; empty when it would take them. `at` is where they stand in the request. */
export function problemsOfBlocks(blocks: unknown, at = '/blocks'): Problem[] {
  const problems: Problem[] = [];
  list(anyBlock, { max: message.blocks, min: 0 })(blocks, at, problems);
  unique('block_id', listOf(blocks), at, problems);
  const charts = listOf(blocks).filter((each) => isJson(each) && each.type === 'data_visualization');
  if (charts.length > BLOCK_LIMITS.chart.perMessage) {
    problems.push({ pointer: at, message: `no more than ${BLOCK_LIMITS.chart.perMessage} charts allowed` });
  }
  return problems;
}

const blocks = required(list(viewBlock, { max: view.blocks, min: 0 }));
const common = {
  type: required(oneOf('modal', 'home')),
  blocks,
  private_metadata: optional(text(view.privateMetadata, 0)),
  callback_id: optional(text(BLOCK_LIMITS.id, 0)),
  external_id: optional(text(BLOCK_LIMITS.id, 0)),
};

const modal = shape(
  {
    ...common,
    title: required(plainText(view.title)),
    submit: optional(plainText(view.submit)),
    close: optional(plainText(view.close)),
    clear_on_close: optional(flag),
    notify_on_close: optional(flag),
    submit_disabled: optional(flag),
  },
  (value, at, problems) => {
    const asks = listOf(value.blocks).some((each) => isJson(each) && each.type === 'input');
    if (asks && value.submit === undefined) {
      problems.push({ pointer: at, message: 'missing required field: submit (a modal with an input needs one)' });
    }
  },
);
const home = shape(common);
const anyView = byType({ modal, home });

export function problemsOfView(given: unknown, at = '/view'): Problem[] {
  const problems: Problem[] = [];
  anyView(given, at, problems);
  if (isJson(given)) unique('block_id', listOf(given.blocks), `${at}/blocks`, problems);
  return problems;
}

export function isTooLarge(given: unknown): boolean {
  return Buffer.byteLength(JSON.stringify(given) ?? '') > view.bytes;
}

/** Undocumented but real: Slack refuses a message whose blocks together hold much more than this (`msg_blocks_too_long`). */
export function hasTooMuchText(given: unknown): boolean {
  return lengthOfText(given) > message.allText;
}

function lengthOfText(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, each) => sum + lengthOfText(each), 0);
  if (!isJson(value)) return 0;
  return Object.entries(value).reduce(
    (sum, [name, each]) => sum + (name === 'text' && typeof each === 'string' ? each.length : lengthOfText(each)),
    0,
  );
}

/** `must be less than 151 characters [json-pointer:/blocks/0/text/text]`, word for word as Slack reports it. */
export const sentencesOf = (problems: readonly Problem[]): string[] =>
  problems.map(({ message: what, pointer }) => `${what} [json-pointer:${pointer}]`);

/** The detailed form that blocks.validate answers. */
export const detailsOf = (problems: readonly Problem[]): Json[] =>
  problems.map(({ pointer, message: what, constraint }) => ({
    pointer,
    code: 'failed_constraint',
    message: what,
    ...(constraint && { constraint }),
  }));
