import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

const MOST_SKEW_SECONDS = 300;
const FORM = 'application/x-www-form-urlencoded';

export type Judged =
  | { kind: 'pass'; contentType: string; deliveryId: string }
  | { kind: 'answer'; status: 200 | 400 | 401; why: string };

/**
 * What Bolt does not check: a clock that runs ahead as well as one that is behind, and a `ssl_check` that carries more than itself (Bolt
 * lets those in unsigned). The signature itself is Bolt's to verify, right after this.
 */
export function judge(request: { headers: IncomingHttpHeaders; body: string; now: Date }): Judged {
  const { headers, body, now } = request;
  const [contentType = ''] = (headers['content-type'] ?? '').split(';').map((part) => part.trim().toLowerCase());
  if (contentType === FORM) {
    const fields = new URLSearchParams(body);
    if (fields.has('ssl_check')) {
      const alone = [...fields.keys()].every((name) => name === 'ssl_check' || name === 'token');
      return alone
        ? { kind: 'answer', status: 200, why: 'ssl_check' }
        : { kind: 'answer', status: 401, why: 'ssl_check with a payload' };
    }
  } else if (contentType !== 'application/json') return { kind: 'answer', status: 400, why: 'content type' };
  const signature = headers['x-slack-signature'];
  const timestamp = headers['x-slack-request-timestamp'];
  if (typeof signature !== 'string' || typeof timestamp !== 'string' || !/^\d{1,12}$/.test(timestamp))
    return { kind: 'answer', status: 401, why: 'unsigned' };
  const skew = Math.abs(Math.floor(now.getTime() / 1_000) - Number(timestamp));
  if (skew > MOST_SKEW_SECONDS) return { kind: 'answer', status: 401, why: `the timestamp is ${skew} s off` };
  const deliveryId = createHash('sha256').update(signature).digest('hex');
  return { kind: 'pass', contentType, deliveryId };
}
