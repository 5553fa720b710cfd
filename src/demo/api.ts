import { Hono } from 'hono';
import { Secret } from '../secret.ts';
import type { Verdict } from './verifier.ts';

/** One call, as the API decided it. */
export interface ApiCall {
  path: string;
  caller: string;
  key: string | undefined;
  outcome: 'accepted' | 'rejected' | 'unverified';
  status: Verdict['status'];
}

interface ApiDeps {
  verify: (material: Secret, caller: string) => Promise<Verdict>;
  onCall: (call: ApiCall) => void;
}

export const PAYMENTS = '/v1/payments';

/** An API as a team would write one: every call's key is checked with Rekey, and calls with a dead key are refused. */
export function paymentsApi({ verify, onCall }: ApiDeps): Hono {
  /** Payments only: what Rekey tries itself, to prove a key, is no traffic. */
  const total = { accepted: 0, rejected: 0, unverified: 0 };
  return new Hono()
    .get('/v1/stats', (context) => context.json(total))
    .all('/v1/*', async (context) => {
      const material = context.req.header('authorization')?.replace(/^Bearer /, '') ?? '';
      const caller = callerOf(context.req.header('x-caller'), context.req.header('user-agent'));
      const { status, id } = await verify(new Secret(material), caller);
      const outcome = outcomeOf(status);
      const { path } = context.req;
      if (path === PAYMENTS) total[outcome] += 1;
      onCall({ path, caller, key: id, outcome, status });
      if (outcome === 'accepted') return context.json({ ok: true });
      if (outcome === 'unverified') return context.json({ error: 'Cannot check the key just now.' }, 503);
      return context.json({ error: 'The API key is not valid.' }, 401);
    });
}

function outcomeOf(status: string): ApiCall['outcome'] {
  if (status === 'unknown') return 'unverified';
  return status === 'valid' || status === 'retiring' ? 'accepted' : 'rejected';
}

/** Callers name themselves in x-caller; anything else goes by the first word of its User-Agent. */
function callerOf(name: string | undefined, agent: string | undefined): string {
  const word = name ?? /^[a-z0-9._-]+/i.exec(agent ?? '')?.[0]?.toLowerCase();
  return word ?? 'unknown';
}
