import { at, context, header, type Line, lines } from '../blocks.ts';
import type { Message } from '../limits.ts';
import { cut, escapeMrkdwn } from '../text.ts';

export interface AlarmCard {
  id: string;
  key: string | null;
  sentence: string;
  ended: { at: Date; why: string } | null;
}

/** Something that nobody asked about and somebody has to look at; what it was about may be over. */
export function alarmCard({ id, key, sentence, ended }: AlarmCard): Message {
  const word = ended === null ? 'Alarm' : 'Over';
  const title = key === null ? word : `${word}: ${cut(key, 120)}`;
  const over: Line[] = ended === null ? [] : [['Over since ', at(ended.at), `: ${cut(ended.why, 500)}`]];
  const said = cut(sentence, 1_000);
  return {
    text: `${escapeMrkdwn(title)}: ${escapeMrkdwn(ended === null ? said : cut(ended.why, 500))}`,
    blocks: [header(title), lines([...over, [said]]), context(id)],
  };
}
