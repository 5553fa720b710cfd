import type { Message } from '../../src/workspace/state/message.ts';
import type { View } from '../../src/workspace/state/view.ts';

/** What stands on a message or view, as one reads it. */
export function wordsOf(on: Pick<Message, 'text' | 'blocks'> | Pick<View, 'blocks'>): string {
  const text = 'text' in on && on.blocks.length === 0 ? [on.text] : [];
  return [...text, ...on.blocks.flatMap(textsIn)].join(' ').replace(/\s+/g, ' ');
}

export function saysAll(on: Parameters<typeof wordsOf>[0], words: readonly string[]): boolean {
  const said = wordsOf(on);
  return words.every((word) => said.includes(word));
}

function textsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) => {
    if (typeof one === 'string') return name === 'text' || name === 'fallback' ? [one] : [];
    // What a menu offers or a dialog asks is not on the screen.
    return name === 'options' || name === 'confirm' || name === 'metadata' ? [] : textsIn(one);
  });
}
