import type { PersonId } from './ids.ts';

export const REVIEW_KINDS = ['weekly', 'monthly', 'quarterly'] as const;
export type ReviewKind = (typeof REVIEW_KINDS)[number];

/** A look at everything that nobody looks at day by day: what the ledger knows is filled in, the rest is ticked by people. */
export interface Review {
  /** `rev-weekly-2027-03-08`: one of a kind and day. */
  id: string;
  kind: ReviewKind;
  /** What it looks back on. */
  fromAt: Date;
  toAt: Date;
  openedAt: Date;
  /** Where it is put: a channel, or null for the team's. */
  channel: string | null;
  /** As they were found when it was opened; evidence, and never changed. */
  items: ReviewItem[];
  /** The review before it of the same kind, when that one was not finished. */
  leftOver: { review: string; open: string[] } | null;
  ticks: ReviewTick[];
  naggedAt: Date | null;
  finishedAt: Date | null;
}

export interface ReviewItem {
  id: string;
  /** Not "text": that is what the audit leaves out. */
  point: string;
  /** What the ledger says to it; null where only a person can say. */
  found: { verdict: 'fine' | 'look'; sentence: string } | null;
}

export interface ReviewTick {
  item: string;
  by: PersonId;
  at: Date;
  note: string;
}

/** Items that wait for a person: what only people know, and what the ledger found that somebody has to look at. */
export function openItems({ items, ticks }: Pick<Review, 'items' | 'ticks'>): ReviewItem[] {
  const ticked = new Set(ticks.map(({ item }) => item));
  return items.filter((item) => item.found?.verdict !== 'fine' && !ticked.has(item.id));
}

export function reviewTitle({ kind }: Pick<Review, 'kind'>): string {
  return `${kind.charAt(0).toUpperCase()}${kind.slice(1)} review`;
}
