import { Refusal } from '../../errors.ts';
import type { KeyId, PersonId } from '../ids.ts';
import { instantText } from '../instant.ts';
import { type Key, nameOf } from '../key.ts';

const DAY_MS = 24 * 3_600_000;
/** Whoever called with it in so many days uses it, whatever people say. */
export const UNUSED_DAYS = 7;

/**
 * Somebody says that a key is not in use. It is a question to its owner and no more: the key works until they have agreed, is suspended then
 * where that can be taken back, and is revoked by a person.
 */
export interface UnusedMark {
  id: string;
  key: KeyId;
  by: PersonId;
  reason: string;
  at: Date;
  /** Who was asked to confirm it. */
  asked: PersonId[];
  answer: { confirmed: boolean; by: PersonId; at: Date } | null;
}

export function usedSince(now: Date): Date {
  return new Date(now.getTime() - UNUSED_DAYS * DAY_MS);
}

/** Refusal `still_used`, which names who called and when. */
export function assertUnused(
  key: Pick<Key, 'slug' | 'version'>,
  callers: readonly { caller: string; calls: number; lastAt: Date }[],
): void {
  const [last] = callers.toSorted((a, b) => b.lastAt.getTime() - a.lastAt.getTime());
  if (last === undefined) return;
  const names = callers
    .slice(0, 5)
    .map(({ caller, calls }) => `${caller} (${calls})`)
    .join(', ');
  throw new Refusal(
    'still_used',
    `${nameOf(key)} is in use: ${names} called with it in the last ${UNUSED_DAYS} days, the last one at ${instantText(last.lastAt)}. Move them to another key first.`,
  );
}

/** Refusal `already_answered` when somebody has said so before. */
export function assertOpenMark(mark: UnusedMark | null): asserts mark is UnusedMark {
  if (mark === null)
    throw new Refusal('unknown_mark', 'This button does not belong to a key that was said to be unused.');
  if (mark.answer === null) return;
  const { confirmed, by, at } = mark.answer;
  const said = confirmed ? 'that it is not in use' : 'that it is still in use';
  throw new Refusal('already_answered', `${by} has said ${said} at ${instantText(at)}.`);
}
