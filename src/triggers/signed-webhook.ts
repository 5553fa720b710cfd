import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { AlertRequest } from '../engine/engine.ts';
import { Refusal } from '../errors.ts';
import { signatureOf } from '../providers/webhook-signature.ts';
import { holdsSecret } from '../scrub.ts';
import type { Secret } from '../secret.ts';

const LARGEST_SKEW_S = 300;

/** What a monitoring system sends to `POST /hooks/<name>`. */
const Body = z.object({
  alert: z.string().min(1).max(100),
  key: z.string().min(1).max(200),
  count: z.int().min(1).max(1_000_000_000).default(1),
  window_minutes: z.int().min(1).max(100_000).default(10),
  first_seen_at: z.iso.datetime({ offset: true }).optional(),
  details: z.record(z.string().max(100), z.union([z.string().max(1_000), z.number(), z.boolean()])).default({}),
});

export interface SignedRequest {
  /** `v1=<hex>`: HMAC-SHA256 under the hook's secret over `v1:<timestamp>:<body>`. */
  signature: string | undefined;
  /** Seconds since 1970. */
  timestamp: string | undefined;
  /** As it came: what is checked is what was signed, bit for bit. */
  body: Uint8Array;
}

/**
 * Turns a signed request of the hook `name` into an alert. Throws Refusal `bad_signature`, `stale_request`, `bad_body` or `secret_in_body`.
 * The signature is the request's identity: a replay of it within the allowed five minutes is recognised by the ledger, not here.
 */
export function alertFromWebhook(
  name: string,
  request: SignedRequest,
  at: { secret: Secret; now: Date },
): AlertRequest {
  const signature = verifiedSignature(request, at);
  const parsed = Body.safeParse(jsonOf(textOf(request.body)));
  if (!parsed.success)
    throw new Refusal(
      'bad_body',
      `The body is not an alert: ${parsed.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`).join('; ')}.`,
    );
  // What is refused here is neither answered nor recorded word for word; what is taken is in the audit for good.
  if (holdsSecret(parsed.data))
    throw new Refusal(
      'secret_in_body',
      'The body holds what looks like a live key; nothing was kept. Send its slug or public id, and treat that key as exploited.',
    );
  const { alert, key, count, window_minutes: windowMinutes, first_seen_at: firstSeen, details } = parsed.data;
  return {
    actor: `hook:${name}`,
    channel: 'hook',
    dedupe: { source: `hook:${name}`, id: createHash('sha256').update(signature).digest('hex') },
    alert,
    key,
    count,
    windowMinutes,
    firstSeenAt: firstSeenAt(firstSeen, at.now),
    details,
  };
}

// A sender whose clock is ahead must not make an incident begin in the future.
function firstSeenAt(text: string | undefined, now: Date): Date {
  const seen = text === undefined ? now : new Date(text);
  return seen > now ? now : seen;
}

/** The signature of a request that is what it says. Throws Refusal `bad_signature` or `stale_request`. */
export function verifiedSignature(
  { signature, timestamp, body }: SignedRequest,
  { secret, now }: { secret: Secret; now: Date },
): string {
  const seconds = Number(timestamp);
  if (signature === undefined || timestamp === undefined || !Number.isInteger(seconds)) {
    throw new Refusal(
      'bad_signature',
      'Expected the headers x-rekey-timestamp (seconds since 1970) and x-rekey-signature (v1=<hex HMAC-SHA256>).',
    );
  }
  const expected = signatureOf(secret, timestamp, body);
  const given = Buffer.from(signature);
  if (given.length !== expected.length || !timingSafeEqual(given, Buffer.from(expected)))
    throw new Refusal(
      'bad_signature',
      'The signature does not match the body. Check the hook secret and sign the exact bytes that are sent.',
    );
  const skew = Math.abs(now.getTime() / 1000 - seconds);
  if (skew > LARGEST_SKEW_S)
    throw new Refusal(
      'stale_request',
      `The timestamp is ${Math.round(skew)} s away from this server's clock; at most ${LARGEST_SKEW_S} s are accepted.`,
    );
  return signature;
}

export function textOf(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch (cause) {
    throw new Refusal('bad_body', 'The body is not text in UTF-8.', { cause });
  }
}

export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Refusal('bad_body', 'The body is not JSON.', { cause });
  }
}
