import { isJson, type Json, listOf, textOf } from '../json.ts';
import type { Block } from '../state/message.ts';

/** As Slack stores blocks: with the ids it generates where the app gave none, and its defaults in text objects. */
export function completeBlocks(blocks: unknown, newId: () => string): Block[] {
  return listOf(blocks)
    .filter(isJson)
    .map((block) => ({
      ...withActionIds(block, newId),
      type: textOf(block.type) ?? '',
      block_id: textOf(block.block_id) || newId(),
    }));
}

function withActionIds(block: Json, newId: () => string): Json {
  const complete = (element: unknown) => (isJson(element) && isActionable(element) ? named(element, newId) : element);
  return {
    ...withTextDefaults(block),
    ...(block.accessory !== undefined && { accessory: complete(withTextDefaults(block.accessory)) }),
    ...(block.element !== undefined && { element: complete(withTextDefaults(block.element)) }),
    ...(Array.isArray(block.elements) && { elements: block.elements.map(withTextDefaults).map(complete) }),
  };
}

const isActionable = (element: Json): boolean =>
  !['image', 'mrkdwn', 'plain_text'].includes(textOf(element.type) ?? '') &&
  !textOf(element.type)?.startsWith('rich_text_');

const named = (element: Json, newId: () => string): Json => ({
  ...element,
  action_id: textOf(element.action_id) || newId(),
});

function withTextDefaults<Value>(value: Value): Value | Json | unknown[] {
  if (Array.isArray(value)) return value.map(withTextDefaults);
  if (!isJson(value)) return value;
  if (value.type === 'plain_text') return { emoji: true, ...value };
  if (value.type === 'mrkdwn') return { verbatim: false, ...value };
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withTextDefaults(each)]));
}
