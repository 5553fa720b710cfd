import {
  type Logger,
  LogLevel,
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebClient,
  type WebClientOptions,
} from '@slack/web-api';
import { sentenceOf } from '../errors.ts';
import type { Secret } from '../secret.ts';
import type { Log } from './deps.ts';

const TIMEOUT_MS = 10_000;

/**
 * A fresh options object each time: Bolt and Socket Mode write into the one they are given, and then share what was meant for the other.
 * Never a retry inside the client: after a timeout it would post the same message again.
 */
export function clientOptions({ apiUrl, log }: { apiUrl: string | undefined; log: Log }): WebClientOptions {
  return {
    ...(apiUrl !== undefined && { slackApiUrl: apiUrl }),
    timeout: TIMEOUT_MS,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
    logger: quietLogger(log),
  };
}

export function webClient(token: Secret, options: { apiUrl: string | undefined; log: Log }): WebClient {
  return new WebClient(token.reveal(), clientOptions(options));
}

export type SlackFailure =
  | { kind: 'rate_limited'; error: string; retryAfterMs: number }
  /** The token is wrong or revoked, or lacks a scope: only a person can mend it. */
  | { kind: 'auth'; error: string }
  | { kind: 'refused'; error: string }
  /** No answer, so whether it happened is not known. */
  | { kind: 'unreachable'; error: string };

const AUTH_ERRORS: readonly string[] = [
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'not_allowed_token_type',
  'missing_scope',
  'org_login_required',
  'ekm_access_denied',
  'team_access_not_granted',
  'access_denied',
  'user_removed_from_team',
  'team_disabled',
];

/** What went wrong in a call to Slack, or null when the error is not Slack's. */
export function failureOf(error: unknown): SlackFailure {
  if (error instanceof WebAPIRateLimitedError)
    return { kind: 'rate_limited', error: 'ratelimited', retryAfterMs: error.retryAfter * 1_000 };
  if (error instanceof WebAPIPlatformError) {
    const code = error.data.error;
    return { kind: AUTH_ERRORS.includes(code) ? 'auth' : 'refused', error: code };
  }
  if (error instanceof WebAPIHTTPError) return { kind: 'unreachable', error: `HTTP ${error.statusCode}` };
  return { kind: 'unreachable', error: sentenceOf(error) };
}

/** Slack's libraries print whole payloads when they debug; those hold response URLs and people's words, so only warnings pass. */
export function quietLogger(log: Log): Logger {
  const words = (parts: unknown[]) => parts.map(sentenceOf).join(' ');
  return {
    debug: () => {},
    info: () => {},
    warn: (...parts) => log.warn({ part: 'slack' }, words(parts)),
    error: (...parts) => log.warn({ part: 'slack' }, words(parts)),
    setLevel: () => {},
    getLevel: () => LogLevel.WARN,
    setName: () => {},
  };
}
