import fc from 'fast-check';
import { expect, test } from 'vitest';
import { spanText } from '../../src/domain/duration.ts';

test.each([
  [0, '0 s'],
  [-5, '0 s'],
  [999, '0 s'],
  [1_000, '1 s'],
  [372_000, '6 min 12 s'],
  [3_600_000, '1 h'],
  [3_601_000, '1 h'],
  [90 * 60_000, '1 h 30 min'],
  [51 * 3_600_000, '2 d 3 h'],
])('%i ms is %s', (ms, text) => {
  expect(spanText(ms)).toBe(text);
});

test('never names more than two units', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10 ** 11 }), (ms) => {
      expect(spanText(ms).split(' ').length).toBeLessThanOrEqual(4);
    }),
  );
});
