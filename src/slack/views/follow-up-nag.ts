import type { KnownBlock } from '@slack/types';
import { actions, at, bold, button, context, header, type Line, line } from '../blocks.ts';
import type { Message } from '../limits.ts';
import { cut, oneLine } from '../text.ts';
import { type FollowUpCard, followUpButtons } from './follow-up.ts';

export type NagLine =
  | ({ kind: 'follow_up'; escalated: boolean } & Pick<
      FollowUpCard,
      'id' | 'incident' | 'what' | 'owner' | 'dueAt' | 'overdue' | 'ended'
    >)
  | { kind: 'retrospective'; incident: string; title: string; published: { by: string } | null };

export interface NagCard {
  id: string;
  lines: readonly NagLine[];
}

const MOST = 8;

/** Everything that waits for one person, in one message; what is done meanwhile loses its buttons. */
export function followUpNag({ id, lines }: NagCard): Message {
  const open = lines.filter((one) => !isOver(one)).length;
  const title = open === 0 ? 'All of this is done' : `${open} ${open === 1 ? 'thing waits' : 'things wait'} for you`;
  const shown = lines.slice(0, MOST);
  const rest = lines.length - shown.length;
  return {
    text: `${title} after incidents`,
    blocks: [
      header(title),
      ...shown.flatMap((one, index) => drawn(one, index)),
      ...(rest > 0 ? [line(`… and ${rest} more. On a terminal: rekey follow-ups list`)] : []),
      context(`${id} · at most one such message a day, until it is done`),
    ],
  };
}

function isOver(one: NagLine): boolean {
  return one.kind === 'follow_up' ? one.ended !== null : one.published !== null;
}

function drawn(one: NagLine, index: number): KnownBlock[] {
  const block = `nag-${index}`;
  if (one.kind === 'retrospective') {
    const { incident, title, published } = one;
    const state: Line =
      published === null ? ['is not published yet'] : [bold('✓ '), `published by ${cut(published.by, 100)}`];
    const publish = button({ action: 'publish_retrospective', token: incident, label: 'Publish…', style: 'primary' });
    return [
      line(bold('Retrospective '), `of ${incident} (${cut(oneLine(title), 150)}) `, ...state),
      ...actions(block, published === null ? [publish] : []),
    ];
  }
  const { id, incident, what, owner, dueAt, overdue, ended, escalated } = one;
  const due: Line =
    ended === null
      ? [overdue ? bold(' OVERDUE since ') : ' due ', at(dueAt, '{date_short}')]
      : [bold(ended.how === 'done' ? ' ✓ done' : ' ✗ dropped')];
  const whose: Line = escalated ? [`, of ${cut(owner, 100)}, who has not done it`] : [];
  return [
    line(cut(oneLine(what), 300), ...due, ...whose, ` (${incident})`),
    ...actions(block, ended === null ? followUpButtons(id) : []),
  ];
}
