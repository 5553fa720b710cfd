import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Layout } from '../../src/demo/layout.ts';
import { openVerifier } from '../../src/demo/verifier.ts';
import { signatureOf } from '../../src/providers/webhook-signature.ts';
import { Secret } from '../../src/secret.ts';

export interface PaymentsApi {
  /** What a call with this key gets: 200, 401, or 503 while Rekey cannot be asked. */
  call: (material: string) => Promise<number>;
  stop: () => Promise<void>;
}

/** The API whose calls the key is for: it asks Rekey about each key, as any service would. */
export async function startPaymentsApi({ ports, verifierKeyFile }: Layout): Promise<PaymentsApi> {
  const verify = openVerifier({
    url: `http://127.0.0.1:${ports.rekey}/v1/keys/verify`,
    keyOf: () => new Secret(readFileSync(verifierKeyFile, 'utf8').trim()),
  });
  const server = createServer(async (request, response) => {
    const material = request.headers.authorization?.replace(/^Bearer /, '') ?? '';
    const caller = request.headers['x-caller'] ?? request.headers['user-agent'];
    const { status } = await verify(new Secret(material), String(caller));
    response.statusCode = status === 'unknown' ? 503 : ['valid', 'retiring'].includes(status) ? 200 : 401;
    response.end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(ports.api, '127.0.0.1', resolve);
  });
  return {
    call: async (material) => {
      const headers = { authorization: `Bearer ${material}`, 'x-caller': 'payments-worker' };
      return (await fetch(`http://127.0.0.1:${ports.api}/v1/payments`, { method: 'POST', headers })).status;
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

export const ALERT = { alert: 'key_expired_blocked', key: 'payments-prod', count: 12, window_minutes: 1 };

/** A signed request to the bot's hook; `headers` replace what a sender would compute. */
export async function postAlert(
  { ports, hookSecretFile }: Layout,
  body: string,
  { at = new Date(), headers = {} }: { at?: Date; headers?: Record<string, string> } = {},
): Promise<{ status: number; body: Record<string, unknown>; headers: Record<string, string> }> {
  const secret = new Secret(readFileSync(hookSecretFile, 'utf8').trim());
  const timestamp = String(Math.floor(at.getTime() / 1_000));
  const sent = {
    'content-type': 'application/json',
    'x-rekey-timestamp': timestamp,
    'x-rekey-signature': signatureOf(secret, timestamp, body),
    ...headers,
  };
  const url = `http://127.0.0.1:${ports.rekey}/hooks/payments-api`;
  const answer = await fetch(url, { method: 'POST', headers: sent, body, signal: AbortSignal.timeout(5_000) });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown>, headers: sent };
}
