import type { ModalView } from '@slack/types';
import { IncidentId } from '../../../src/domain/ids.ts';
import { summaryMarkdown } from '../../../src/domain/summary-markdown.ts';
import { partsOf } from '../../../src/domain/summary-parts.ts';
import type { Message } from '../../../src/slack/limits.ts';
import { followUpCard } from '../../../src/slack/views/follow-up.ts';
import {
  addFollowUpModal,
  dropFollowUpModal,
  handOverFollowUpModal,
  moveFollowUpModal,
  publishModal,
} from '../../../src/slack/views/follow-up-modals.ts';
import { followUpNag } from '../../../src/slack/views/follow-up-nag.ts';
import { retrospectiveCard } from '../../../src/slack/views/retrospective.ts';
import { reviewCard, reviewReminder, tickReviewModal } from '../../../src/slack/views/review.ts';
import { summaryPost } from '../../../src/slack/views/summary.ts';
import { summaryModal } from '../../../src/slack/views/summary-modal.ts';
import { summaryPart } from '../../../src/slack/views/summary-part.ts';
import { aSummary } from '../../support/a-summary.ts';
import { aFollowUp, NOON } from '../../support/builders.ts';

const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

/** 60 follow-ups, 60 points of a review, 500 lines of a timeline. */
export function messagesOfFollowUps(text: string): Record<string, Message> {
  const parts = partsOf(summaryMarkdown(aSummary(text)));
  const card = { ...aFollowUp({ what: text, owner: text }), overdue: true, addedBy: text, ended: null };
  const ended = { how: 'dropped', by: text, at: NOON, note: text } as const;
  const review = aReviewCard(text);
  return {
    summary: summaryPost(aSummary(text)),
    ...Object.fromEntries(
      parts.map((markdown, index) => [
        `summary part ${index + 1}`,
        summaryPart({ incident: 'inc-1', version: 12, nth: index + 1, of: parts.length, markdown }),
      ]),
    ),
    'follow-up': followUpCard(card),
    'follow-up that is over': followUpCard({ ...card, ended }),
    'follow-up reminder': followUpNag({
      id: 'nag-1',
      lines: many(60, (index) =>
        index % 5 === 4
          ? {
              kind: 'retrospective' as const,
              incident: 'inc-1',
              title: text,
              published: index % 2 ? { by: text } : null,
            }
          : { kind: 'follow_up' as const, escalated: true, ...card, ended: index % 3 === 2 ? ended : null },
      ),
    }),
    retrospective: retrospectiveCard({
      incident: IncidentId.parse('inc-1'),
      title: text,
      dueAt: NOON,
      people: many(50, () => text),
      published: null,
    }),
    'retrospective that is published': retrospectiveCard({
      incident: 'inc-1',
      title: text,
      dueAt: NOON,
      people: [],
      published: { words: text, by: text, at: NOON },
    }),
    review: reviewCard(review),
    'review that is over': reviewCard({ ...review, open: [], finishedAt: NOON }),
    'review reminder': reviewReminder(review),
  };
}

export function viewsOfFollowUps(text: string): Record<string, ModalView> {
  const about = { id: 'fup-1', what: text };
  const incident = { id: 'inc-1', title: text };
  return {
    'summary, first page': summaryModal(aSummary(text), 0),
    'summary, middle page': summaryModal(aSummary(text), 7),
    'summary, last page': summaryModal(aSummary(text), 9_999),
    'add follow-up': addFollowUpModal(incident),
    'hand over follow-up': handOverFollowUpModal(about),
    'move follow-up': moveFollowUpModal(about),
    'drop follow-up': dropFollowUpModal(about),
    'publish retrospective': publishModal(incident),
    'tick review': tickReviewModal(aReviewCard(text)),
  };
}

function aReviewCard(text: string) {
  const item = (index: number) => ({
    id: `point-${index}`,
    point: text,
    found: { verdict: 'look' as const, sentence: text },
  });
  return {
    id: 'rev-quarterly-2027-04-07',
    title: 'Quarterly review',
    fromAt: NOON,
    toAt: NOON,
    open: many(60, item),
    ticked: many(60, (index) => ({ ...item(100 + index), by: text, at: NOON, note: text })),
    fine: many(60, (index) => item(200 + index)),
    leftOver: { review: 'rev-quarterly-2027-01-06', open: many(60, () => text) },
    finishedAt: null,
  };
}
