import type { Context } from 'hono';
import type { StatusCode } from 'hono/utils/http-status';
import { z } from 'zod';
import { canonicalJson } from '../../domain/canonical.ts';
import { Refusal } from '../../errors.ts';
import { callerAddress } from '../caller-address.ts';
import { CALLERS } from '../callers.ts';
import { problemOf, type Report } from '../problem.ts';
import { ANYBODY, assertScope, type Caller, callerOf } from './caller.ts';
import type { ApiDeps } from './deps.ts';
import type { Answer, Endpoint } from './endpoint.ts';
import { ALREADY_SHOWN } from './hand-out.ts';
import { keptAnswers, requestKeyOf, type Sent } from './kept-answers.ts';
import { rawRequestOf } from './raw-request.ts';

const Status = z.custom<StatusCode>((value) => typeof value === 'number' && value >= 200 && value < 500);

/** How a request is answered, whatever the endpoint: who asks, how often, may they, what do they want, was it answered before. */
export function endpointServer(deps: ApiDeps, report: Report) {
  const replayed = keptAnswers(deps, report);
  return async (context: Context, endpoint: Endpoint): Promise<Response> => {
    const caller = endpoint.scope === null ? ANYBODY : await authenticated(context, endpoint);
    const limits = endpoint.scope === null ? {} : await deps.limits.take(endpoint.lane ?? 'calls', caller);
    for (const [name, value] of Object.entries(limits)) context.header(name, value);
    if (endpoint.scope !== null) assertScope(caller, endpoint.scope);
    const { asked, perform } = endpoint.read(await rawRequestOf(context, endpoint));
    const isKept = endpoint.method === 'post' && endpoint.replay !== 'fresh';
    const header = isKept ? context.req.header('idempotency-key') : undefined;
    const hashOf = () => deps.digestOf(canonicalJson([endpoint.name, asked]));
    const { dedupe, given } = requestKeyOf(caller, header, { endpoint: endpoint.name, hashOf });
    const token = caller.token === null ? {} : { token: caller.token };
    const origin = { actor: caller.actor, channel: 'http', dedupe, ...token } as const;
    const work = async () => sentOf(endpoint, await perform({ deps, caller, origin }));
    if (given === null) return send(context, await work());
    return send(context, await replayed({ caller, given }, () => orRefusal(context, work)));
  };

  async function authenticated(context: Context, { unauthorizedAs = 'unauthorized' }: Endpoint): Promise<Caller> {
    const caller = await callerOf(deps, context.req.header('authorization'));
    if (caller !== null) return caller;
    await deps.limits.refuse(callerAddress(context));
    throw new Refusal(unauthorizedAs, 'Expected "Authorization: Bearer <key>" with a key of this ledger that is live.');
  }

  /** A refusal is an answer too: the same request gets it again. What is ours to mend is thrown on. */
  async function orRefusal(context: Context, work: () => Promise<Sent>): Promise<Sent> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Refusal) || CALLERS[error.code] === undefined) throw error;
      const problem = problemOf(context, error, report);
      return { status: problem.status, text: await problem.text() };
    }
  }
}

/** The body as the answer's schema lets it through: what is not documented does not leave. */
function sentOf(endpoint: Endpoint, { status, body, headers = {}, once = {} }: Answer): Sent {
  const answer = endpoint.answers[status];
  if (answer === undefined) throw new Error(`${endpoint.name} answered ${status}, which it does not document`);
  const shown: unknown = answer.schema.parse(body);
  if (Object.keys(once).length === 0 || typeof shown !== 'object') return { status, headers, text: textOf(shown) };
  const secrets = Object.fromEntries(Object.entries(once).map(([name, secret]) => [name, secret.reveal()]));
  const revealed = textOf({ ...shown, ...secrets });
  return { status, headers, text: textOf({ ...shown, shown_once: ALREADY_SHOWN }), revealed };
}

function textOf(body: unknown): string {
  return body === null ? '' : JSON.stringify(body);
}

function send(context: Context, { status, text, revealed, headers = {} }: Sent): Response {
  const type = status >= 400 ? 'application/problem+json' : 'application/json';
  const all = { ...(text === '' ? {} : { 'content-type': type }), 'cache-control': 'no-store', ...headers };
  for (const [name, value] of Object.entries(all)) context.header(name, value);
  context.status(Status.parse(status));
  return text === '' ? context.body(null) : context.body(revealed ?? text);
}
