import type { Button } from '@slack/types';
import type { FollowUpEnd } from '../../domain/follow-up.ts';
import { actions, at, bold, button, context, header, type Line, line, lines } from '../blocks.ts';
import type { Message } from '../limits.ts';
import { cut, escapeMrkdwn, oneLine } from '../text.ts';

export interface FollowUpCard {
  id: string;
  incident: string;
  what: string;
  owner: string;
  dueAt: Date;
  overdue: boolean;
  addedBy: string;
  ended: (Omit<FollowUpEnd, 'by'> & { by: string }) | null;
}

/** One thing that is to be done after an incident, with its buttons for as long as it is open. */
export function followUpCard(card: FollowUpCard): Message {
  const title = titleOf(card);
  const what = cut(oneLine(card.what), 500);
  const facts: Line[] = [
    [bold('Owner '), cut(card.owner, 100)],
    card.ended === null ? dueLine(card) : endLine(card.ended),
  ];
  return {
    text: `${title}: ${escapeMrkdwn(what)} (${escapeMrkdwn(cut(card.owner, 100))})`,
    blocks: [
      header(title),
      line(what),
      lines(facts),
      ...actions(`follow-up-${card.id}`, card.ended === null ? followUpButtons(card.id) : []),
      context(`${card.id} · ${card.incident} · asked for by ${cut(card.addedBy, 100)}`),
    ],
  };
}

export function followUpButtons(id: string): Button[] {
  return [
    button({ action: 'follow_up_done', token: id, label: 'Done', style: 'primary' }),
    button({ action: 'follow_up_hand_over', token: id, label: 'Hand over…' }),
    button({ action: 'follow_up_move', token: id, label: 'Move date…' }),
    button({ action: 'follow_up_drop', token: id, label: 'Drop…' }),
  ];
}

function titleOf({ ended, overdue }: FollowUpCard): string {
  if (ended !== null) return ended.how === 'done' ? 'Follow-up done' : 'Follow-up dropped';
  return overdue ? 'Follow-up overdue' : 'Follow-up';
}

function dueLine({ overdue, dueAt }: Pick<FollowUpCard, 'overdue' | 'dueAt'>): Line {
  return overdue ? [bold('OVERDUE '), 'since ', at(dueAt, '{date_short}')] : [bold('Due '), at(dueAt, '{date_short}')];
}

function endLine({ how, by, at: when, note }: NonNullable<FollowUpCard['ended']>): Line {
  const words = note === '' ? [] : [`: ${cut(note, 500)}`];
  return [bold(how === 'done' ? '✓ Done ' : '✗ Dropped '), `by ${cut(by, 100)}, `, at(when), ...words];
}
