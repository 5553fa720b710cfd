import { isJson, type Json, listOf } from '../json.ts';
import type { Block } from '../state/message.ts';

export interface FoundElement {
  block: Block;
  element: Json;
}

/** Every element a person could use, in reading order. */
export function interactiveElements(blocks: readonly Block[]): FoundElement[] {
  return blocks.flatMap((block) => [
    ...[block.accessory, block.element, ...listOf(block.elements)]
      .filter(isJson)
      .filter((element) => typeof element.action_id === 'string')
      .map((element) => ({ block, element })),
    ...interactiveElements(listOf(block.child_blocks).filter(isBlock)),
    ...listOf(block.actions)
      .filter(isJson)
      .map((element) => ({ block, element })),
  ]);
}

function isBlock(value: unknown): value is Block {
  return isJson(value) && typeof value.type === 'string' && typeof value.block_id === 'string';
}
