import { readFileSync } from 'node:fs';
import express from 'express';

const rekey = process.env.REKEY_URL ?? 'http://127.0.0.1:7400';
// A file and not a variable: the environment of a process is read by more than the process.
const token = readFileSync(process.env.REKEY_TOKEN_FILE ?? '/run/secrets/rekey-token', 'utf8').trim();

/** Lets a request through whose X-Api-Key may be used now. */
async function withKey(request, response, next) {
  const key = request.get('x-api-key');
  if (key === undefined) return response.status(401).json({ error: 'Send your key as X-Api-Key.' });
  const verdict = await ask(key);
  // Nobody gets in because Rekey is away.
  if (verdict === null)
    return response.status(503).set('retry-after', '5').json({ error: 'Keys cannot be checked right now.' });
  if (verdict.status !== 'valid' && verdict.status !== 'retiring')
    return response.status(401).json({ error: `This key is ${verdict.status.replace('_', ' ')}.` });
  if (verdict.until !== undefined) response.set('key-retiring-until', verdict.until);
  request.key = verdict.slug;
  next();
}

async function ask(key) {
  try {
    const answer = await fetch(`${rekey}/v1/keys/verify`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ key, caller: 'express-sample' }),
      signal: AbortSignal.timeout(2_000),
    });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

const app = express();
app.get('/invoices', withKey, (request, response) => response.json({ invoices: [], for: request.key }));
app.listen(Number(process.env.PORT ?? 8080), '127.0.0.1');
