import { readFileSync } from 'node:fs';
import { serve } from '@hono/node-server';
import { Secret } from '../secret.ts';
import { openAlarm } from './alarm.ts';
import { paymentsApi } from './api.ts';
import { sendAlert } from './send-alert.ts';
import { openVerifier } from './verifier.ts';

// The API in its own process. When a known caller keeps coming with an expired key, an alert goes out.
const [port, rekeyUrl, verifierKeyFile, hookSecretFile = ''] = process.argv.slice(2);
if (port === undefined || rekeyUrl === undefined || verifierKeyFile === undefined || hookSecretFile === '') {
  throw new Error('Usage: payments-api.ts <port> <rekey url> <verifier key file> <hook secret file>');
}
const secretIn = (file: string) => new Secret(readFileSync(file, 'utf8').trim());
const log = (line: string) => process.stdout.write(`${line}\n`);

const verify = openVerifier({ url: `${rekeyUrl}/v1/keys/verify`, keyOf: () => secretIn(verifierKeyFile) });
const now = () => new Date();
const sender = { rekeyUrl, hook: 'payments-api', secret: () => secretIn(hookSecretFile), now, log };
const alarm = openAlarm({
  now,
  send: ({ key, count, firstSeenAt, caller }) =>
    sendAlert(sender, {
      alert: 'key_expired_blocked',
      key,
      count,
      window_minutes: 1,
      first_seen_at: firstSeenAt.toISOString(),
      details: { caller, api: 'payments-api' },
    }),
});

const app = paymentsApi({
  verify,
  onCall: ({ status, key, caller }) => {
    if (status === 'expired' && key !== undefined) alarm.rejected({ key, caller });
  },
});

serve({ fetch: app.fetch, hostname: '127.0.0.1', port: Number(port) }, () => log(`listening on ${port}`)).on(
  'error',
  (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  },
);
process.on('SIGTERM', () => process.exit(0));
