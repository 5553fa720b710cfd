import { createHmac } from 'node:crypto';
import type { Secret } from '../secret.ts';

/** The header value for a body, in both directions: `v1=<hex>`, HMAC-SHA256 under the secret over `v1:<timestamp>:<body>`. */
export function signatureOf(secret: Secret, timestamp: string, body: string | Uint8Array): string {
  return `v1=${createHmac('sha256', secret.reveal()).update(`v1:${timestamp}:`).update(body).digest('hex')}`;
}
