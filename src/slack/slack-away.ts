import { setTimeout as pause } from 'node:timers/promises';
import { failureOf, type SlackFailure } from './web.ts';

/** Slack gave no answer that counts: it is throttling, broken, out of reach, or does not take the token. Nothing is wrong with who asked. */
export class SlackAway extends Error {
  override readonly name = 'SlackAway';
}

const ANSWER_WITHIN_MS = 2_500;
/** What Slack says when it is in trouble itself. */
export const TROUBLE: readonly string[] = [
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'ratelimited',
];

export function isTrouble(failure: SlackFailure): boolean {
  return failure.kind === 'refused' ? TROUBLE.includes(failure.error) : true;
}

/** Asks Slack, and leaves it alone for as long as it wished after a 429. Rejects with SlackAway, or with Slack's own no. */
export function openInquiry(now: () => Date): <T>(call: () => Promise<T>) => Promise<T> {
  let quietUntil = 0;
  return async (call) => {
    if (now().getTime() < quietUntil) throw new SlackAway('Slack is throttling');
    const late = new AbortController();
    try {
      return await Promise.race([
        call(),
        pause(ANSWER_WITHIN_MS, undefined, { signal: late.signal, ref: false }).then(() => {
          throw new SlackAway(`no answer within ${ANSWER_WITHIN_MS} ms`);
        }),
      ]);
    } catch (cause) {
      if (cause instanceof SlackAway) throw cause;
      const failure = failureOf(cause);
      if (failure.kind === 'rate_limited') quietUntil = now().getTime() + failure.retryAfterMs;
      throw isTrouble(failure) ? new SlackAway(failure.error, { cause }) : cause;
    } finally {
      late.abort();
    }
  };
}
