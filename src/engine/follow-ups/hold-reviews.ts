import { openItems, REVIEW_KINDS, type Review, type ReviewKind } from '../../domain/review.ts';
import { checklistOf } from '../../domain/review-checklist.ts';
import { type ReviewTime, reviewTime } from '../../domain/review-schedule.ts';
import { isWorkingTime, workingDaysAfter } from '../../domain/working-time.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import type { Look } from '../scheduler/deps.ts';
import { gatherReview } from './gather-review.ts';
import { asReminders, type Reminding } from './send-nags.ts';

const NAG_AFTER_WORKING_DAYS = 2;

/** Opens the reviews whose time has come, once each, and reminds once of those that nobody has finished. None is held unless policy.yaml says so. */
export async function holdReviews({ ledger }: Pick<Reminding, 'ledger'>, look: Look): Promise<void> {
  const settings = look.policy.reviews;
  if (settings === undefined) return;
  const zone = look.policy.team.time_zone;
  for (const kind of REVIEW_KINDS) {
    const time = reviewTime(kind, { settings, zone, now: look.now });
    if (time !== null && (await ledger.read.review(time.id)) === null) await open(ledger, { kind, time }, look);
  }
  if (isWorkingTime(look.now, look.policy.team)) await remindOfUnfinished(ledger, look);
}

async function open(
  ledger: Reminding['ledger'],
  { kind, time }: { kind: ReviewKind; time: ReviewTime },
  look: Look,
): Promise<void> {
  // A ledger that is younger than the period has nothing to look back on.
  const since = await ledger.read.since();
  if (since === null || since > time.toAt) return;
  const facts = await gatherReview(ledger.read, time, look);
  await ledger.record(asReminders(look.now), async ({ read }) => {
    if ((await read.review(time.id)) !== null) return { events: [], result: undefined };
    const review: Review = {
      ...time,
      kind,
      openedAt: look.now,
      channel: look.policy.reviews?.channel ?? null,
      items: checklistOf(kind, facts, look.policy.reviews?.[kind]?.also ?? []),
      leftOver: await leftOver(read, kind),
      ticks: [],
      naggedAt: null,
      finishedAt: null,
    };
    return { events: [{ type: 'review_opened', review }], result: undefined };
  });
}

async function leftOver(read: LedgerReader, kind: ReviewKind): Promise<Review['leftOver']> {
  const last = await read.lastReview(kind);
  if (last === null || last.finishedAt !== null) return null;
  return { review: last.id, open: openItems(last).map(({ point }) => point) };
}

async function remindOfUnfinished(ledger: Reminding['ledger'], { now, policy }: Look): Promise<void> {
  const zone = policy.team.time_zone;
  const isDue = ({ naggedAt, openedAt }: Review) =>
    naggedAt === null && workingDaysAfter(openedAt, NAG_AFTER_WORKING_DAYS, zone) <= now;
  for (const { id } of (await ledger.read.unfinishedReviews()).filter(isDue))
    await ledger.record(asReminders(now), async ({ read }) => {
      const review = await read.review(id);
      const isOpen = review !== null && review.finishedAt === null && isDue(review);
      return {
        events: isOpen ? [{ type: 'review_nagged', review: id, channel: review.channel }] : [],
        result: undefined,
      };
    });
}
