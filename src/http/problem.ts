import type { Context } from 'hono';
import { Refusal } from '../errors.ts';
import { LedgerTrouble } from '../ledger/trouble.ts';
import { randomId } from '../random-id.ts';
import { CALLERS, type CallersStatus, CHALLENGES } from './callers.ts';

/** Gets what is ours to mend, under the id that the caller was given. */
export type Report = (error: unknown, id: string) => void;

/** A Refusal that says more than a sentence: which fields, or when to try again. */
export class DetailedRefusal extends Refusal {
  readonly more: { errors?: readonly object[]; headers?: Readonly<Record<string, string>> };

  constructor(code: string, sentence: string, more: DetailedRefusal['more']) {
    super(code, sentence);
    this.more = more;
  }
}

/** An error as RFC 9457 problem+json: word for word when the caller can act on it, otherwise only an id to ask about. */
export function problemOf(context: Context, error: unknown, report: Report): Response {
  const { headers, ...problem } = describe(error, idOf(context), report);
  const all = { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...headers };
  return context.body(JSON.stringify(problem), problem.status, all);
}

function idOf(context: Context): string {
  const id: unknown = context.get('requestId');
  return typeof id === 'string' ? id : randomId('req');
}

interface Problem {
  type: string;
  title: string;
  status: CallersStatus | 500 | 503;
  instance: string;
  errors?: readonly object[];
  headers?: Readonly<Record<string, string>>;
}

function describe(error: unknown, id: string, report: Report): Problem {
  const instance = `urn:rekey:request:${id}`;
  const status = error instanceof Refusal ? CALLERS[error.code] : undefined;
  if (error instanceof Refusal && status !== undefined) {
    const { errors, headers } = error instanceof DetailedRefusal ? error.more : {};
    const challenge = CHALLENGES[error.code];
    return {
      type: `urn:rekey:${error.code}`,
      title: error.message,
      status,
      instance,
      ...(errors === undefined ? {} : { errors }),
      headers: { ...(challenge === undefined ? {} : { 'www-authenticate': challenge }), ...headers },
    };
  }
  report(error, id);
  if (!(error instanceof Refusal)) {
    const title = `Something went wrong here. It is logged under ${id}; try again.`;
    return { type: 'urn:rekey:internal', title, status: 500, instance };
  }
  // A sender that repeats what it got 503 for loses no alert.
  const title = `Rekey cannot take this right now. Its operator finds the reason in the log under ${id}; try again.`;
  const type = error instanceof LedgerTrouble ? 'urn:rekey:ledger' : 'urn:rekey:not_set_up';
  return { type, title, status: 503, instance, headers: { 'retry-after': '30' } };
}
