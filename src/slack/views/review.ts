import type { KnownBlock, ModalView } from '@slack/types';
import type { ReviewItem } from '../../domain/review.ts';
import {
  actions,
  at,
  atMost,
  bold,
  bullets,
  button,
  context,
  header,
  type Line,
  line,
  plain,
  textInput,
} from '../blocks.ts';
import { tickInput } from '../inputs.ts';
import { fitting, LIMITS, type Message } from '../limits.ts';
import { cut, oneLine } from '../text.ts';

export interface ReviewCard {
  id: string;
  title: string;
  fromAt: Date;
  toAt: Date;
  /** What waits for a person, what one has looked at, and what is fine as the ledger has it. */
  open: readonly ReviewItem[];
  ticked: readonly (ReviewItem & { by: string; at: Date; note: string })[];
  fine: readonly ReviewItem[];
  leftOver: { review: string; open: readonly string[] } | null;
  finishedAt: Date | null;
}

/** The checklist of a review, with who looked at what. */
export function reviewCard(card: ReviewCard): Message {
  return fitting([
    () => drawn(card, { room: 400, most: 25 }),
    () => drawn(card, { room: 160, most: 20 }),
    () => drawn(card, { room: 80, most: 12 }),
  ]);
}

function drawn(card: ReviewCard, { room, most }: { room: number; most: number }): Message {
  const { id, title, open, ticked, fine, leftOver, finishedAt } = card;
  const head = finishedAt === null ? title : `${title} finished`;
  const list = <T>(name: string, items: readonly T[], show: (item: T) => Line): KnownBlock[] =>
    items.length === 0 ? [] : [bullets([bold(name)], atMost(items, most, show))];
  return {
    text: `${head}: ${open.length} of ${open.length + ticked.length + fine.length} points wait for somebody`,
    blocks: [
      header(head),
      line('Looks back on ', at(card.fromAt, '{date_short}'), ' to ', at(card.toAt, '{date_short}'), '.'),
      ...(leftOver === null
        ? []
        : [line(bold('Not finished last time '), cut(`${leftOver.open.join('; ')} (${leftOver.review})`, room * 2))]),
      ...list('Waits for somebody', open, (item) => pointLine('☐ ', item, room)),
      ...list('Looked at', ticked, (item) => [
        ...pointLine('☑ ', item, room),
        ` ${cut(item.by, 80)}, `,
        at(item.at),
        item.note === '' ? '' : `: ${cut(item.note, room)}`,
      ]),
      ...list('Fine, as the ledger has it', fine, (item) => pointLine('✓ ', item, room)),
      ...actions('review', finishedAt === null ? [tickButton(id)] : []),
      context(`${id} · for the auditor: rekey reviews show ${id}`),
    ],
  };
}

function tickButton(id: string) {
  return button({ action: 'tick_review', token: id, label: 'Tick…', style: 'primary' });
}

function pointLine(mark: string, { point, found }: ReviewItem, room: number): Line {
  return [mark, bold(cut(oneLine(point), room)), found === null ? '' : ` ${cut(oneLine(found.sentence), room)}`];
}

/** Once, when it was not finished in time: a message of its own, because an edit tells nobody. */
export function reviewReminder({ id, title, open, finishedAt }: ReviewCard): Message {
  const head = finishedAt === null ? `${title} is not finished` : `${title} is finished`;
  return {
    text: head,
    blocks: [
      header(head),
      ...(finishedAt === null
        ? [
            bullets(
              [`${open.length} points wait for somebody:`],
              atMost(open, 10, (item) => pointLine('', item, 120)),
            ),
            ...actions('review', [tickButton(id)]),
          ]
        : []),
      context(`${id} · this is the only reminder; what is left stands in the next one`),
    ],
  };
}

export const TICK_REVIEW_FORM = 'tick_review';
export const TICKS_BLOCK = 'ticks-';

/** The open points as boxes, ten to a block; each in full above, where a box has no room for it. */
export function tickReviewModal({ id, title, open }: Pick<ReviewCard, 'id' | 'title' | 'open'>): ModalView {
  const groups = Array.from({ length: Math.ceil(open.length / LIMITS.checkboxes) }, (_, index) =>
    open.slice(index * LIMITS.checkboxes, (index + 1) * LIMITS.checkboxes),
  );
  return {
    type: 'modal',
    callback_id: TICK_REVIEW_FORM,
    private_metadata: id,
    title: plain(title, LIMITS.viewTitle),
    submit: plain('I looked at these', LIMITS.viewButton),
    close: plain('Not now', LIMITS.viewButton),
    blocks: [
      ...groups.map((group) =>
        bullets(
          [bold('In full')],
          group.map((item) => pointLine('', item, 300)),
        ),
      ),
      ...groups.map((group, index) =>
        tickInput(
          { id: `${TICKS_BLOCK}${index}`, label: index === 0 ? 'Looked at' : 'Looked at, continued', optional: true },
          group.map((item) => ({
            value: item.id,
            label: cut(oneLine(item.point), LIMITS.optionText),
            ticked: false,
          })),
        ),
      ),
      textInput({ id: 'note', label: 'What was seen', hint: 'Stands beside your name.', optional: true }),
    ],
  };
}
