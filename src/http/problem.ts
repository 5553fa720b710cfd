import type { Context } from 'hono';
import { Refusal } from '../errors.ts';
import { LedgerTrouble } from '../ledger/trouble.ts';
import { randomId } from '../random-id.ts';

/** What the caller did. Whatever is not in here is ours to mend: its sentence may name our files and people, so it is logged, not sent. */
const CALLERS: Record<string, 400 | 401 | 403 | 404 | 413 | 422> = {
  bad_body: 400,
  bad_signature: 401,
  stale_request: 401,
  unauthorized: 401,
  alert_not_allowed: 403,
  scope_missing: 403,
  unknown_hook: 404,
  unknown_key: 404,
  unknown_route: 404,
  too_large: 413,
  no_runbook: 422,
  secret_in_body: 422,
};
const CHALLENGES: Record<string, string> = {
  unauthorized: 'Bearer',
  bad_signature: 'Rekey-Signature',
  stale_request: 'Rekey-Signature',
};

/** Gets what is ours to mend, under the id that the caller was given. */
export type Report = (error: unknown, id: string) => void;

/** An error as RFC 9457 problem+json: word for word when the caller can act on it, otherwise only an id to ask about. */
export function problemOf(context: Context, error: unknown, report: Report): Response {
  const status = error instanceof Refusal ? CALLERS[error.code] : undefined;
  if (error instanceof Refusal && status !== undefined) {
    const challenge = CHALLENGES[error.code];
    const headers = challenge === undefined ? {} : { 'www-authenticate': challenge };
    return answer(context, { type: `urn:rekey:${error.code}`, title: error.message, status }, headers);
  }
  const id = randomId('err');
  report(error, id);
  const instance = `urn:rekey:error:${id}`;
  if (!(error instanceof Refusal)) {
    const title = `Something went wrong here. It is logged under ${id}; try again.`;
    return answer(context, { type: 'urn:rekey:internal', title, status: 500, instance });
  }
  // A sender that repeats what it got 503 for loses no alert.
  const title = `Rekey cannot take this right now. Its operator finds the reason in the log under ${id}; try again.`;
  const type = error instanceof LedgerTrouble ? 'urn:rekey:ledger' : 'urn:rekey:not_set_up';
  return answer(context, { type, title, status: 503, instance }, { 'retry-after': '30' });
}

interface Problem {
  type: string;
  title: string;
  status: 400 | 401 | 403 | 404 | 413 | 422 | 500 | 503;
  instance?: string;
}

function answer(context: Context, problem: Problem, headers: Record<string, string> = {}): Response {
  const body = JSON.stringify(problem);
  return context.body(body, problem.status, { 'content-type': 'application/problem+json', ...headers });
}
