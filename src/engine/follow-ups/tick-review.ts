import type { PersonId } from '../../domain/ids.ts';
import { type Policy, peopleNamed } from '../../domain/policy.ts';
import { openItems, type Review } from '../../domain/review.ts';
import { Refusal } from '../../errors.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { assertReason } from '../keys/record-on-key.ts';
import type { FollowUps, FollowUpsDeps } from './follow-ups.ts';
import { recordAfter, type Standing } from './record.ts';

export async function tick(deps: FollowUpsDeps, request: Parameters<FollowUps['tick']>[0]): Promise<Review> {
  const known = await reviewOrRefuse(deps.ledger.read, request.review);
  await recordAfter(deps, request, {
    doing: `tick points of ${known.id}`,
    incident: null,
    repeated: async () => undefined,
    decide: async (standing) => decide(standing, request),
  });
  return reviewOrRefuse(deps.ledger.read, known.id);
}

async function decide({ read, policy }: Standing, request: Parameters<FollowUps['tick']>[0]) {
  const { review: id, person: by, items } = request;
  const note = request.note.trim();
  const review = await reviewOrRefuse(read, id);
  assertReviewer(policy, by);
  if (note !== '') assertReason(note);
  const open = openItems(review);
  const wanted = open.filter((item) => items.includes(item.id));
  for (const item of items) if (!open.some((one) => one.id === item)) throw notOpen(review, item);
  if (wanted.length === 0) throw new Refusal('nothing_ticked', 'Tick at least one point that you have looked at.');
  const ticked = wanted.map(({ id: item }) => ({ type: 'review_ticked' as const, review: id, item, note, by }));
  const isFinished = wanted.length === open.length;
  const finished = isFinished ? [{ type: 'review_finished' as const, review: id }] : [];
  return { events: [...ticked, ...finished], result: undefined };
}

export async function reviewOrRefuse(read: Pick<LedgerReader, 'review'>, id: string): Promise<Review> {
  const review = await read.review(id);
  if (review !== null) return review;
  throw new Refusal('unknown_review', 'There is no such review. Type: rekey reviews list');
}

/** Who ticks reviews; whoever may close incidents where policy.yaml names nobody. */
export function reviewers(policy: Policy): Set<PersonId> {
  const named = policy.reviews?.by ?? [];
  return peopleNamed(policy, named.length > 0 ? named : (policy.may.close ?? []), { owner: null, escalation: null });
}

export function assertReviewer(policy: Policy, person: PersonId): void {
  const may = reviewers(policy);
  if (may.has(person)) return;
  throw new Refusal(
    'not_a_reviewer',
    `Reviews are not yours to tick. Who may: ${[...may].sort().join(', ') || 'nobody yet: add people under `reviews.by` in policy.yaml'}.`,
  );
}

function notOpen({ ticks, items }: Review, item: string): Refusal {
  const tick = ticks.find((one) => one.item === item);
  if (tick !== undefined) return new Refusal('already_ticked', `${tick.by} ticked "${item}" already.`);
  const known = items.some(({ id }) => id === item);
  if (known) return new Refusal('already_ticked', `"${item}" is fine as the ledger has it; nobody has to tick it.`);
  return new Refusal(
    'unknown_item',
    `This review has no point "${item}". It has: ${items.map(({ id }) => id).join(', ')}.`,
  );
}
