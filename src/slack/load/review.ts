import { openItems, reviewTitle } from '../../domain/review.ts';
import type { Sources } from '../deps.ts';
import type { ReviewCard } from '../views/review.ts';
import { displayNames } from './names.ts';

export async function loadReview(sources: Sources, subject: string): Promise<ReviewCard | null> {
  const review = await sources.ledger.review(subject);
  if (review === null) return null;
  const name = await displayNames(sources);
  const { id, fromAt, toAt, items, ticks, leftOver, finishedAt } = review;
  const tickOf = new Map(ticks.map((tick) => [tick.item, tick]));
  return {
    ...{ id, fromAt, toAt, leftOver, finishedAt },
    title: reviewTitle(review),
    open: openItems(review),
    ticked: items.flatMap((item) => {
      const tick = tickOf.get(item.id);
      return tick === undefined ? [] : [{ ...item, by: name(tick.by), at: tick.at, note: tick.note }];
    }),
    fine: items.filter((item) => item.found?.verdict === 'fine' && !tickOf.has(item.id)),
  };
}
