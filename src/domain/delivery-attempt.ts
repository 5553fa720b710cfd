import { backoffMs } from './backoff.ts';
import type { DeliveryEvent } from './delivery-event.ts';
import type { NoticeDelivery } from './dispatch.ts';

/** What became of one attempt, in the words of any way out. */
export type Attempt =
  /** The other side has it. */
  | { kind: 'taken'; answer: string }
  /** It surely does not have it, and may take it later. */
  | {
      kind: 'later';
      why: string;
      retryAfterMs: number | null;
      /** What is wrong on our side, in a sentence for people: no later attempt mends it. */
      warning?: string;
    }
  /** It surely does not have it, and will not. */
  | { kind: 'refused'; why: string }
  /** It may have it. For a way whose other side knows the id of a notice again, `later` says the same. */
  | { kind: 'unknown'; why: string };

const MINUTE_MS = 60_000;
const RETRY = { attempts: 0, backoffMs: MINUTE_MS, maxBackoffMs: 60 * MINUTE_MS, jitter: true, on: null };
/** A mail server that is away over a weekend is no bounce; whoever is not told after two days has to be called. */
const LONGEST_MS = 48 * 60 * MINUTE_MS;

/** The event that an attempt leads to. `chance` is 0 to 1. */
export function afterAttempt(
  {
    id,
    dispatch,
    attempts,
    queuedAt,
    retryFrom,
  }: Pick<NoticeDelivery, 'id' | 'dispatch' | 'attempts' | 'queuedAt' | 'retryFrom'>,
  attempt: Attempt,
  { now, chance }: { now: Date; chance: number },
): DeliveryEvent {
  switch (attempt.kind) {
    case 'taken':
      return { type: 'delivery_sent', dispatch, id, answer: attempt.answer };
    case 'refused':
      return { type: 'delivery_failed', dispatch, id, how: 'bounced', why: attempt.why };
    case 'unknown':
      return { type: 'delivery_doubted', dispatch, id, why: attempt.why };
    case 'later': {
      const pause = backoffMs(RETRY, Math.max(1, attempts), { chance, retryAfterMs: attempt.retryAfterMs });
      const until = new Date(now.getTime() + pause);
      if (until.getTime() - (retryFrom ?? queuedAt).getTime() <= LONGEST_MS)
        return { type: 'delivery_deferred', dispatch, id, why: attempt.why, until };
      return { type: 'delivery_failed', dispatch, id, how: 'given_up', why: `${attempt.why} (${attempts} attempts)` };
    }
    default:
      return attempt satisfies never;
  }
}
