import { sentenceOf } from '../../errors.ts';
import { OverLimit } from '../limits.ts';
import { TROUBLE } from '../slack-away.ts';
import { SecretBlocked } from '../voice.ts';
import { failureOf } from '../web.ts';
import { NoSuchChannel, Undeliverable } from './address.ts';

export interface Verdict {
  error: string;
  /** Slack said no, so there is nothing to look for before the next try. */
  surelyNotPosted: boolean;
  next:
    | { do: 'give_up' }
    /** Slack does not take the blocks; the words alone have to do. */
    | { do: 'only_text' }
    /** Nothing more goes to this channel for so long, so that its messages stay in order. */
    | { do: 'hold_channel'; ms: number }
    | { do: 'hold_all'; ms: number };
}

// The message or its place is gone for good.
const GONE: readonly string[] = [
  'message_not_found',
  'cant_update_message',
  'edit_window_closed',
  'is_archived',
  'is_inactive',
  'thread_not_found',
  'cannot_reply_to_message',
  'user_not_found',
  'user_disabled',
  'cannot_dm_bot',
];
const UNDRAWABLE: readonly string[] = [
  'invalid_blocks',
  'invalid_blocks_format',
  'msg_blocks_too_long',
  'msg_too_long',
];
// Somebody has to invite the app or change a setting; then it goes on by itself.
const MENDABLE: readonly string[] = [
  'not_in_channel',
  'channel_not_found',
  'restricted_action',
  'restricted_action_thread_only_channel',
];
const MOST_TRIES = 8;
const LONGEST_BACKOFF_MS = 30_000;
const LONGEST_SLOW_RETRY_MS = 5 * 60_000;

/** What to do about a message that did not go out. `tries` counts the failures before this one. */
export function verdictOn(
  error: unknown,
  { tries, slowRetryMs, firstRetryMs }: { tries: number; slowRetryMs: number; firstRetryMs: number },
): Verdict {
  if (error instanceof SecretBlocked || error instanceof Undeliverable)
    return { error: error.message, surelyNotPosted: true, next: { do: 'give_up' } };
  if (error instanceof OverLimit) return { error: error.message, surelyNotPosted: true, next: { do: 'only_text' } };
  const later = slowly(tries, { slowRetryMs });
  if (error instanceof NoSuchChannel) return { error: error.message, surelyNotPosted: true, next: later };
  const failure = failureOf(error);
  const backoff = {
    do: 'hold_channel',
    ms: Math.min(LONGEST_BACKOFF_MS, firstRetryMs * 2 ** Math.min(tries, 10)),
  } as const;
  switch (failure.kind) {
    case 'rate_limited':
      return { error: failure.error, surelyNotPosted: true, next: { do: 'hold_channel', ms: failure.retryAfterMs } };
    case 'auth':
      return { error: failure.error, surelyNotPosted: true, next: { do: 'hold_all', ms: slowRetryMs } };
    case 'unreachable':
      return { error: failure.error, surelyNotPosted: false, next: backoff };
    case 'refused':
      return { error: failure.error, ...refused(failure.error, tries, { later, backoff }) };
    default:
      return { error: sentenceOf(error), surelyNotPosted: false, next: backoff };
  }
}

/** Somebody has to do something first; then it goes on by itself. */
export function slowly(tries: number, { slowRetryMs }: { slowRetryMs: number }): { do: 'hold_channel'; ms: number } {
  const longest = Math.max(slowRetryMs, LONGEST_SLOW_RETRY_MS);
  return { do: 'hold_channel', ms: Math.min(longest, slowRetryMs * 2 ** Math.min(tries, 10)) };
}

function refused(
  error: string,
  tries: number,
  { later, backoff }: { later: Verdict['next']; backoff: Verdict['next'] },
): Pick<Verdict, 'surelyNotPosted' | 'next'> {
  if (GONE.includes(error)) return { surelyNotPosted: true, next: { do: 'give_up' } };
  if (UNDRAWABLE.includes(error)) return { surelyNotPosted: true, next: { do: 'only_text' } };
  if (MENDABLE.includes(error)) return { surelyNotPosted: true, next: later };
  // Slack is in trouble, not the message: it is tried for as long as that lasts. It may have been taken although Slack says so.
  if (TROUBLE.includes(error)) return { surelyNotPosted: false, next: backoff };
  return { surelyNotPosted: false, next: tries + 1 >= MOST_TRIES ? { do: 'give_up' } : backoff };
}
