import type { Context } from 'hono';
import { Refusal } from '../errors.ts';

const STATUS: Record<string, 400 | 401 | 403 | 404 | 409 | 413 | 503> = {
  bad_signature: 401,
  stale_request: 401,
  unauthorized: 401,
  not_allowed: 403,
  alert_not_allowed: 403,
  unknown_hook: 404,
  unknown_key: 404,
  too_large: 413,
  policy_missing: 503,
  policy_broken: 503,
};

/** A Refusal as RFC 9457 problem+json. Anything else is the caller's to log; it leaves as a bare 500 without its message. */
export function problemOf(context: Context, error: unknown): Response {
  const refusal =
    error instanceof Refusal
      ? error
      : new Refusal('internal', 'Something went wrong on our side. It is logged; try again.');
  const status = refusal.code === 'internal' ? 500 : (STATUS[refusal.code] ?? 400);
  const body = { type: `urn:rekey:${refusal.code}`, title: refusal.message, status };
  return context.body(JSON.stringify(body), status, { 'content-type': 'application/problem+json' });
}
