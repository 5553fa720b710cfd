import { join } from 'node:path';
import type { Attempt } from '../domain/delivery-attempt.ts';
import type { WebhookSpec } from '../domain/outside.ts';
import { Refusal, sentenceOf } from '../errors.ts';
import { answerTrouble } from './answer-trouble.ts';
import { secretIn } from './connections.ts';
import { type Send, send as sendOverNetwork } from './outgoing.ts';
import { signatureOf } from './webhook-signature.ts';

export interface WebhookDeps {
  keysDir: string;
  allow: readonly string[];
  now: () => Date;
  send?: Send;
}

export interface Signed {
  /** The id of the delivery: the same for every attempt, so that a receiver takes it once. */
  id: string;
  /** Sent and signed as it is, byte for byte. */
  body: string;
}

const SHORTEST_SECRET = 32;

/**
 * One signed POST. A receiver knows a delivery again by its id, so nothing is ever unknown here: what may have arrived is simply sent again.
 */
export async function sendWebhook(spec: WebhookSpec, { id, body }: Signed, deps: WebhookDeps): Promise<Attempt> {
  const { keysDir, allow, now, send = sendOverNetwork } = deps;
  const host = new URL(spec.url).host;
  try {
    const timestamp = String(Math.floor(now().getTime() / 1_000));
    const answer = await send(spec.url, {
      method: 'POST',
      allow,
      body,
      timeoutMs: spec.timeout_seconds * 1_000,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'rekey',
        'idempotency-key': id,
        'x-rekey-delivery': id,
        'x-rekey-timestamp': timestamp,
        'x-rekey-signature': signatureOf(signingSecret(spec, keysDir), timestamp, body),
      },
    });
    const asked = `POST to ${host}`;
    const trouble = answerTrouble(asked, answer, now());
    if (trouble !== null) return { kind: 'later', why: trouble.message, retryAfterMs: trouble.retryAfterMs };
    const { status } = answer;
    // The body of an answer is somebody else's text and proves nothing; the status does.
    if (status >= 200 && status < 300) return { kind: 'taken', answer: `${asked} → ${status}` };
    return { kind: 'refused', why: `${asked} → ${status}` };
  } catch (error) {
    return { kind: 'later', why: `POST to ${host}: ${sentenceOf(error)}`, retryAfterMs: null };
  }
}

function signingSecret({ secret_file: file }: WebhookSpec, keysDir: string) {
  const path = join(keysDir, 'connections', file);
  const secret = secretIn(path);
  if (secret.reveal().length >= SHORTEST_SECRET) return secret;
  throw new Refusal(
    'weak_webhook_secret',
    `${path} holds fewer than ${SHORTEST_SECRET} characters. Type: (umask 077; openssl rand -hex 32 > ${path}), and give it to the receiver.`,
  );
}
