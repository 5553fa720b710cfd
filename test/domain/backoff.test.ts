import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoffMs } from '../../src/domain/backoff.ts';

const retry = { attempts: 8, backoffMs: 2_000, maxBackoffMs: 60_000, jitter: true, on: null };
const pause = (attempts: number, by: { chance?: number; retryAfterMs?: number | null } = {}) =>
  backoffMs(retry, attempts, { chance: 0, retryAfterMs: null, ...by });

test('doubles from its first pause up to its longest', () => {
  expect([1, 2, 3, 4, 5, 6, 7].map((attempts) => pause(attempts))).toEqual([
    2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000,
  ]);
});

test('is up to a quarter longer by chance, and exact without jitter', () => {
  expect(pause(1, { chance: 1 })).toBe(2_500);
  expect(backoffMs({ ...retry, jitter: false }, 1, { chance: 1, retryAfterMs: null })).toBe(2_000);
});

test('is never shorter than whoever was asked wants it, but nobody is waited for longer than an hour', () => {
  expect(pause(1, { retryAfterMs: 30_000 })).toBe(30_000);
  expect(pause(5, { retryAfterMs: 1_000 })).toBe(32_000);
  expect(pause(1, { retryAfterMs: 86_400_000 })).toBe(3_600_000);
});

test('grows or stays, and keeps within its bounds', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempts, chance) => {
      const ms = pause(attempts, { chance });
      expect(ms).toBeGreaterThanOrEqual(retry.backoffMs);
      expect(ms).toBeLessThanOrEqual(retry.maxBackoffMs * 1.25);
      expect(pause(attempts + 1, { chance })).toBeGreaterThanOrEqual(ms);
    }),
  );
});
