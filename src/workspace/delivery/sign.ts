import { createHmac } from 'node:crypto';

/** Slack's request signature, version 0, over exactly the bytes of the body. */
export function signatureOf(signingSecret: string, timestamp: string, body: string): string {
  return `v0=${createHmac('sha256', signingSecret).update(`v0:${timestamp}:${body}`).digest('hex')}`;
}
