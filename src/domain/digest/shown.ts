import { spanText } from '../duration.ts';
import type { PersonId } from '../ids.ts';
import type { ExpiryClaim } from './claim.ts';

/** A message of a digest reached Slack, with this key in it. */
export interface Impression {
  digest: string;
  at: Date;
  /** The one it was sent to, or null: the channel. */
  to: PersonId | null;
  /** Whom the owner's name meant; the channel counts for them. */
  owners: PersonId[];
}

/** The ones before the key ended, the earliest first. */
export function shownBefore(impressions: readonly Impression[], end: Date): Impression[] {
  return impressions.filter(({ at }) => at < end).sort((a, b) => a.at.getTime() - b.at.getTime());
}

/** One morning counts once, however many messages it had. */
export function mornings(impressions: readonly Impression[]): number {
  return new Set(impressions.map(({ digest }) => digest)).size;
}

/** Everybody whom it reached: who got it directly, and the owners where it stood in the channel. */
export function reachedBy(impressions: readonly Impression[]): PersonId[] {
  return [...new Set(impressions.flatMap(({ to, owners }) => (to === null ? owners : [to])))].sort();
}

/** `shown 6 times, last 2 days before, claimed by nobody`; null when it was never shown. */
export function shownSentence(
  impressions: readonly Impression[],
  claims: readonly Pick<ExpiryClaim, 'by' | 'at' | 'end'>[],
  end: Date,
): string | null {
  const before = shownBefore(impressions, end);
  const last = before.at(-1);
  if (last === undefined) return null;
  const times = mornings(before);
  const lastText = `last ${spanText(end.getTime() - last.at.getTime())} before`;
  return `shown ${times} time${times === 1 ? '' : 's'}, ${lastText}, ${claimedText(claims.filter(({ at }) => at < end))}`;
}

function claimedText(claims: readonly Pick<ExpiryClaim, 'by' | 'end'>[]): string {
  if (claims.length === 0) return 'claimed by nobody';
  return claims
    .map(({ by, end }) => {
      if (end === null || end.how === 'done') return `claimed by ${by}`;
      return end.how === 'let_go'
        ? `claimed by ${by} and given back`
        : `claimed by ${by} and released without progress`;
    })
    .join(', ');
}
