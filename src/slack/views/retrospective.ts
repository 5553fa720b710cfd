import { webAddress } from '../../domain/ask-answers.ts';
import { actions, at, bold, button, context, header, type Line, line, type Part } from '../blocks.ts';
import type { Message } from '../limits.ts';
import { cut, escapeMrkdwn } from '../text.ts';

export interface RetrospectiveCard {
  incident: string;
  title: string;
  dueAt: Date;
  people: readonly string[];
  published: { words: string; by: string; at: Date } | null;
}

/** What people learned from an incident, or who is to write it down until when. */
export function retrospectiveCard(card: RetrospectiveCard): Message {
  const { incident, published } = card;
  const title = published === null ? 'Retrospective to be written' : 'Retrospective published';
  const publish = button({ action: 'publish_retrospective', token: incident, label: 'Publish…', style: 'primary' });
  return {
    text: `${title}: ${escapeMrkdwn(cut(card.title, 200))}`,
    blocks: [
      header(title),
      line(...(published === null ? dueLine(card) : publishedLine(published))),
      ...actions('retrospective', published === null ? [publish] : []),
      context(`${incident} · ${cut(card.title, 200)}`),
    ],
  };
}

function dueLine({ people, dueAt }: RetrospectiveCard): Line {
  const who = people.length === 0 ? 'nobody yet' : cut(people.join(', '), 300);
  return ['By ', bold(who), ', until ', at(dueAt, '{date_short}'), '. Anybody who was there may publish it.'];
}

function publishedLine({ words, by, at: when }: NonNullable<RetrospectiveCard['published']>): Line {
  const url = webAddress(words);
  const shown: Part = url === null ? cut(words, 2_500) : { type: 'link', url: url.href, text: cut(words.trim(), 500) };
  return [bold('✓ '), shown, ` by ${cut(by, 100)}, `, at(when)];
}
