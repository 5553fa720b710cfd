import { describe, expect, test } from 'vitest';
import { callersText, countedSince, stillCalling } from '../../src/domain/usage-share.ts';
import { HOUR, MINUTE, minutesAfter, NOON } from '../support/builders.ts';

const calls = (caller: string, accepted: number, rejected = 0) => ({ caller, accepted, rejected });

describe('who still calls with the old key', () => {
  test('is named, the busiest first, over all minutes', () => {
    const found = stillCalling([calls('billing', 1), calls('worker', 3), calls('worker', 4)], [calls('worker', 92)]);
    expect(found).toEqual({
      share: 0.08,
      callers: [
        { caller: 'worker', calls: 7 },
        { caller: 'billing', calls: 1 },
      ],
    });
    expect(callersText(found.callers)).toBe('worker (7 calls), billing (1 call)');
  });

  test('counts when the old key was refused: it is still held by somebody', () => {
    expect(stillCalling([calls('worker', 0, 5)], [calls('worker', 5)]).share).toBe(0.5);
  });

  test('is nobody when nobody calls', () => {
    expect(stillCalling([], [])).toEqual({ share: 0, callers: [] });
    expect(stillCalling([calls('worker', 0)], [])).toEqual({ share: 0, callers: [] });
  });
});

test('what counts is the last hour, and never what was before the grace', () => {
  expect(countedSince({ retiringAt: minutesAfter(NOON, -90) }, NOON)).toEqual(new Date(NOON.getTime() - HOUR));
  expect(countedSince({ retiringAt: minutesAfter(NOON, -5) }, NOON)).toEqual(new Date(NOON.getTime() - 5 * MINUTE));
  expect(countedSince({ retiringAt: null }, NOON)).toEqual(new Date(NOON.getTime() - HOUR));
});
