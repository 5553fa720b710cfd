import { readFileSync } from 'node:fs';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { createMiddleware } from 'hono/factory';

const rekey = process.env.REKEY_URL ?? 'http://127.0.0.1:7400';
// A file and not a variable: the environment of a process is read by more than the process.
const token = readFileSync(process.env.REKEY_TOKEN_FILE ?? '/run/secrets/rekey-token', 'utf8').trim();

interface Verdict {
  status: string;
  slug?: string;
  until?: string;
  using_retiring_key?: boolean;
}

/** Lets a request through whose X-Api-Key may be used now. */
const withKey = createMiddleware<{ Variables: { key: string } }>(async (context, next) => {
  const key = context.req.header('x-api-key');
  if (key === undefined) return context.json({ error: 'Send your key as X-Api-Key.' }, 401);
  const verdict = await ask(key);
  // Nobody gets in because Rekey is away.
  if (verdict === null)
    return context.json({ error: 'Keys cannot be checked right now.' }, 503, { 'retry-after': '5' });
  if (verdict.status !== 'valid' && verdict.status !== 'retiring')
    return context.json({ error: `This key is ${verdict.status.replace('_', ' ')}.` }, 401);
  context.set('key', verdict.slug ?? '');
  await next();
  if (verdict.until !== undefined) context.header('key-retiring-until', verdict.until);
});

async function ask(key: string): Promise<Verdict | null> {
  try {
    const answer = await fetch(`${rekey}/v1/keys/verify`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ key, caller: 'hono-sample' }),
      signal: AbortSignal.timeout(2_000),
    });
    return answer.ok ? ((await answer.json()) as Verdict) : null;
  } catch {
    return null;
  }
}

const app = new Hono().get('/invoices', withKey, (context) => context.json({ invoices: [], for: context.get('key') }));

serve({ fetch: app.fetch, hostname: '127.0.0.1', port: Number(process.env.PORT ?? 8080) });
