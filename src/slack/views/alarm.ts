import { context, header, lines } from '../blocks.ts';
import type { Message } from '../limits.ts';
import { cut, escapeMrkdwn } from '../text.ts';

export interface AlarmCard {
  id: string;
  key: string | null;
  sentence: string;
}

/** Something that nobody asked about and somebody has to look at. */
export function alarmCard({ id, key, sentence }: AlarmCard): Message {
  const title = key === null ? 'Alarm' : `Alarm: ${cut(key, 120)}`;
  return {
    text: `${escapeMrkdwn(title)}: ${escapeMrkdwn(cut(sentence, 1_000))}`,
    blocks: [header(title), lines([[cut(sentence, 1_000)]]), context(id)],
  };
}
