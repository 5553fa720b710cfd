import { OutsideTrouble } from '../error-class.ts';

/**
 * What an answer by HTTP says of trying again, as an error to throw; null when it is an answer like any other. `retryAfter` is the header as
 * it came (RFC 9110: seconds or a date).
 */
export function answerTrouble(
  asked: string,
  answer: { status: number; retryAfter: string | null },
  now: Date,
): OutsideTrouble | null {
  const { status } = answer;
  const retryAfterMs = answer.retryAfter === null ? null : pauseOf(answer.retryAfter.trim(), now);
  const sentence = `${asked} → ${status}`;
  if (status === 429) return new OutsideTrouble('rate_limited', sentence, { retryAfterMs });
  if (status === 408) return new OutsideTrouble('timeout', sentence, { retryAfterMs });
  if (status >= 500) return new OutsideTrouble('server_error', sentence, { retryAfterMs });
  return null;
}

function pauseOf(text: string, now: Date): number | null {
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - now.getTime());
}
