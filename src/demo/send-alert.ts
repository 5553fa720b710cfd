import { sentenceOf } from '../errors.ts';
import { signatureOf } from '../providers/webhook-signature.ts';
import type { Secret } from '../secret.ts';

interface Sender {
  rekeyUrl: string;
  hook: string;
  secret: () => Secret;
  now: () => Date;
  log: (line: string) => void;
}

/** Sends a signed alert to Rekey, as a monitoring would. True when it was taken. */
export async function sendAlert({ rekeyUrl, hook, secret, now, log }: Sender, alert: object): Promise<boolean> {
  const body = JSON.stringify(alert);
  const timestamp = String(Math.floor(now().getTime() / 1000));
  const headers = {
    'content-type': 'application/json',
    'x-rekey-timestamp': timestamp,
    'x-rekey-signature': signatureOf(secret(), timestamp, body),
  };
  try {
    const answer = await fetch(`${rekeyUrl}/hooks/${hook}`, {
      method: 'POST',
      headers,
      body,
      signal: AbortSignal.timeout(5_000),
    });
    log(`alert: ${answer.status} ${await answer.text()}`);
    return answer.ok;
  } catch (error) {
    log(`alert: no answer (${sentenceOf(error)})`);
    return false;
  }
}
