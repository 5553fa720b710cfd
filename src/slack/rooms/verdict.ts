import { failureOf } from '../web.ts';

/** What a failed call to Slack about a channel means. */
export type RoomVerdict =
  /** It will not be allowed, whoever waits. */
  | { do: 'refuse'; why: string }
  /** The channel is not there for Rekey any more. */
  | { do: 'lose'; why: string }
  | { do: 'retry'; error: string; ms: number };

const WHY_NOT: Readonly<Record<string, string>> = {
  missing_scope: 'the Slack app lacks a scope for it; `rekey doctor` names it',
  restricted_action: 'this workspace does not let apps make channels',
  user_is_restricted: 'this workspace does not let Rekey make channels',
  no_permission: 'Slack does not permit it',
  not_allowed_token_type: 'the token of Rekey is not one that may do this',
  org_login_required: 'the organization is being migrated',
  team_access_not_granted: 'Rekey is not approved for this workspace',
  invalid_bookmark_type: 'Slack takes no bookmark of this kind',
  too_many_bookmarks: 'the channel has as many bookmarks as Slack takes',
  permission_denied: 'Slack does not permit it',
};
const GONE: Readonly<Record<string, string>> = {
  is_archived: 'it was archived',
  channel_not_found: 'Slack does not find it any more',
  not_in_channel: 'Rekey was put out of it',
};
const LONGEST_BACKOFF_MS = 60_000;
const MOST_UNKNOWN = 6;

/** Why nothing can be posted in a channel of ours any more; undefined for every other error. */
function roomGone(error: string): string | undefined {
  return Object.hasOwn(GONE, error) ? GONE[error] : undefined;
}

/** `tries`: the failures before this one. */
export function roomVerdict(
  error: unknown,
  { tries, firstRetryMs, slowRetryMs }: { tries: number; firstRetryMs: number; slowRetryMs: number },
): RoomVerdict {
  const failure = failureOf(error);
  const { error: code } = failure;
  if (failure.kind === 'rate_limited') return { do: 'retry', error: code, ms: failure.retryAfterMs };
  const ms = Math.min(LONGEST_BACKOFF_MS, firstRetryMs * 2 ** Math.min(tries, 10));
  if (failure.kind === 'unreachable') return { do: 'retry', error: code, ms };
  const gone = roomGone(code);
  if (gone !== undefined) return { do: 'lose', why: gone };
  const why = WHY_NOT[code];
  if (why !== undefined) return { do: 'refuse', why };
  // A token that is wrong is mended by a person, and then it goes on.
  if (failure.kind === 'auth') return { do: 'retry', error: code, ms: slowRetryMs };
  return tries + 1 < MOST_UNKNOWN ? { do: 'retry', error: code, ms } : { do: 'refuse', why: `Slack says ${code}` };
}
