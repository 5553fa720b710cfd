import type { Retry } from './plan.ts';

// Whoever asks to be left alone for days is not waited for: a person looks into that.
const LONGEST_RETRY_AFTER_MS = 3_600_000;

/**
 * The pause after so many attempts: doubling up to its longest, and never shorter than whoever was asked wants it. `chance` is 0 to 1; with
 * jitter it makes the pause up to a quarter longer.
 */
export function backoffMs(retry: Retry, attempts: number, by: { chance: number; retryAfterMs: number | null }): number {
  const plain = Math.min(retry.backoffMs * 2 ** (attempts - 1), retry.maxBackoffMs);
  const asked = Math.min(by.retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS);
  return Math.ceil(Math.max(plain, asked) * (retry.jitter ? 1 + by.chance / 4 : 1));
}
