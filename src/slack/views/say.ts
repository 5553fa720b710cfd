import type { ModalView, RichTextElement } from '@slack/types';
import { line, plain } from '../blocks.ts';
import { LIMITS, type Message } from '../limits.ts';
import { cut, escapeMrkdwn } from '../text.ts';

/** One sentence for one person: an answer, or a refusal word for word. */
export function say(sentence: string): Message {
  const shown = cut(sentence, LIMITS.section) || '–';
  return { text: escapeMrkdwn(shown).slice(0, LIMITS.fallbackText), blocks: [line(shown)] };
}

/** The same with a way to where it goes on; without one when there is no address. */
export function sayWithLink(sentence: string, link: { url: string | null; text: string }): Message {
  const shown = cut(sentence, LIMITS.section - 200) || '–';
  if (link.url === null) return say(sentence);
  const way: RichTextElement = { type: 'link', url: link.url, text: cut(link.text, 100) };
  return { text: escapeMrkdwn(shown).slice(0, LIMITS.fallbackText), blocks: [line(shown, ' ', way)] };
}

/** The same in a modal, where there is no channel to say it in. */
export function sayInModal(title: string, sentence: string): ModalView {
  return {
    type: 'modal',
    title: plain(title, LIMITS.viewTitle),
    close: plain('Close', LIMITS.viewButton),
    blocks: [line(cut(sentence, LIMITS.section))],
  };
}

/** A message as a modal, for who pressed where there is no channel. */
export function messageInModal(title: string, { blocks }: Message): ModalView {
  const frame = { title: plain(title, LIMITS.viewTitle), close: plain('Close', LIMITS.viewButton) };
  return { type: 'modal', ...frame, blocks };
}
