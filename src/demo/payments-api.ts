import { readFileSync } from 'node:fs';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { Secret } from '../secret.ts';
import { signatureOf } from '../triggers/signed-webhook.ts';
import { openAlarm } from './alarm.ts';
import { openVerifier } from './verifier.ts';

// An API in its own process, as a team would write one: every call's key is checked with Rekey, calls with a dead key are refused, and
// when a known caller keeps coming with an expired key, an alert goes out.
const [port, rekeyUrl, verifierKeyFile, hookSecretFile = ''] = process.argv.slice(2);
if (port === undefined || rekeyUrl === undefined || verifierKeyFile === undefined || hookSecretFile === '') {
  throw new Error('Usage: payments-api.ts <port> <rekey url> <verifier key file> <hook secret file>');
}
const secretIn = (file: string) => new Secret(readFileSync(file, 'utf8').trim());

const verify = openVerifier({ url: `${rekeyUrl}/v1/keys/verify`, keyOf: () => secretIn(verifierKeyFile) });
const alarm = openAlarm({ send: sendAlert, now: () => new Date() });
/** Payments only: what Rekey tries itself, to prove a key, is no traffic. */
const total = { accepted: 0, rejected: 0, unverified: 0 };

const app = new Hono()
  .get('/v1/stats', (context) => context.json(total))
  .all('/v1/*', async (context) => {
    const material = context.req.header('authorization')?.replace(/^Bearer /, '') ?? '';
    const caller = callerOf(context.req.header('x-caller'), context.req.header('user-agent'));
    const verdict = await verify(new Secret(material), caller);
    const count = (what: keyof typeof total) => {
      if (context.req.path === '/v1/payments') total[what] += 1;
    };
    if (verdict.status === 'unknown') {
      count('unverified');
      return context.json({ error: 'Cannot check the key just now.' }, 503);
    }
    if (verdict.status === 'valid' || verdict.status === 'retiring') {
      count('accepted');
      return context.json({ ok: true });
    }
    count('rejected');
    if (verdict.status === 'expired' && verdict.id !== undefined) alarm.rejected({ key: verdict.id, caller });
    return context.json({ error: 'The API key is not valid.' }, 401);
  });

serve({ fetch: app.fetch, hostname: '127.0.0.1', port: Number(port) }, () =>
  process.stdout.write(`listening on ${port}\n`),
).on('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
process.on('SIGTERM', () => process.exit(0));

/** Callers name themselves in x-caller; anything else goes by the first word of its User-Agent. */
function callerOf(name: string | undefined, agent: string | undefined): string {
  const word = name ?? /^[a-z0-9._-]+/i.exec(agent ?? '')?.[0]?.toLowerCase();
  return word ?? 'unknown';
}

async function sendAlert(alert: { key: string; count: number; firstSeenAt: Date; caller: string }): Promise<boolean> {
  const body = JSON.stringify({
    alert: 'key_expired_blocked',
    key: alert.key,
    count: alert.count,
    window_minutes: 1,
    first_seen_at: alert.firstSeenAt.toISOString(),
    details: { caller: alert.caller, api: 'payments-api' },
  });
  const timestamp = String(Math.floor(Date.now() / 1000));
  const headers = {
    'content-type': 'application/json',
    'x-rekey-timestamp': timestamp,
    'x-rekey-signature': signatureOf(secretIn(hookSecretFile), timestamp, body),
  };
  try {
    const answer = await fetch(`${rekeyUrl}/hooks/payments-api`, {
      method: 'POST',
      headers,
      body,
      signal: AbortSignal.timeout(5_000),
    });
    process.stdout.write(`alert: ${answer.status} ${await answer.text()}\n`);
    return answer.ok;
  } catch (error) {
    process.stdout.write(`alert: no answer (${error instanceof Error ? error.message : String(error)})\n`);
    return false;
  }
}
