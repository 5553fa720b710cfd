import { describe, expect, test } from 'vitest';
import { extendedGrace, graceEnd, graceMs } from '../../src/domain/grace.ts';
import type { Key } from '../../src/domain/key.ts';
import type { RotationMode } from '../../src/domain/rotation.ts';
import { Refusal } from '../../src/errors.ts';
import { aClassRule, aKey, DAY, HOUR, MINUTE, NOON } from '../support/builders.ts';

const later = (ms: number) => new Date(NOON.getTime() + ms);
const rule = aClassRule();
const refusal = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    if (error instanceof Refusal) return { code: error.code, sentence: error.message };
    throw error;
  }
  return null;
};

test.each([
  ['planned is 24 hours by default (S1-03)', 'planned', null, 24],
  ['planned may be 1 hour (S1-02)', 'planned', 1, 1],
  ['planned may be 168 hours (S1-02)', 'planned', 168, 168],
  ['a single app has 4 hours (S1-10)', 'planned', 'single_app', 4],
  ['a rolling deployment has 24 hours (S1-11)', 'planned', 'rolling', 24],
  ['partners have 72 hours (S1-12, S3-02)', 'planned', 'partner', 72],
  ['compliance has 24 hours (S1-13)', 'planned', 'compliance', 24],
  ['a suspicion leaves 60 minutes (S1-14)', 'suspected', null, 1],
  ['a suspicion may leave less', 'suspected', 0.5, 0.5],
  ['an extended emergency leaves 4 hours (S3-14)', 'extended', null, 4],
  ['an extended emergency may leave 90 minutes', 'extended', 1.5, 1.5],
  ['an exploited key has none (S1-02)', 'exploited', null, 0],
  ['an exploited key may be said to have none', 'exploited', 0, 0],
  ['an expired key has none', 'expired', null, 0],
] as const)('%s', (_promise, mode, hours, granted) => {
  expect(graceMs({ mode, hours, rule })).toBe(granted * HOUR);
});

test('the class says how long its grace is by default and at most', () => {
  const ephemeral = aClassRule({ graceHours: { default: 1, longest: 2 } });
  expect(graceMs({ mode: 'planned', hours: null, rule: ephemeral })).toBe(HOUR);
  expect(refusal(() => graceMs({ mode: 'planned', hours: 3, rule: ephemeral }))?.sentence).toBe(
    'Grace must be 1 to 2 hours; you wrote 3.',
  );
});

test('a class that names no grace still gets an hour in a planned rotation, for grace 0 is for emergencies (S1-25)', () => {
  const careless = aClassRule({ graceHours: { default: 0, longest: 0 } });
  expect(graceMs({ mode: 'planned', hours: null, rule: careless })).toBe(HOUR);
  expect(refusal(() => graceMs({ mode: 'planned', hours: 0, rule: careless }))?.sentence).toBe(
    'Grace must be exactly 1 hour; you wrote 0.',
  );
});

test.each([
  ['planned', 300, 'Grace must be 1 to 168 hours; you wrote 300.'],
  ['planned', 0, 'Grace must be 1 to 168 hours; you wrote 0.'],
  ['planned', -1, 'Grace must be 1 to 168 hours; you wrote -1.'],
  ['planned', Number.NaN, 'Grace must be 1 to 168 hours; you wrote NaN.'],
  ['suspected', 2, 'at most 1 hour; you wrote 2. Say extended for up to 4 hours, with a second approver'],
  ['suspected', 0, 'more than 0 and at most 1 hour; you wrote 0.'],
  ['extended', 5, 'at most 4 hours; you wrote 5.'],
  ['exploited', 1, 'There is no grace for a key that is exploited; you wrote 1.'],
] as const)('%s with %s hours is refused with what is allowed (S1-02)', (mode, hours, sentence) => {
  expect(refusal(() => graceMs({ mode, hours, rule }))).toMatchObject({
    code: 'grace_out_of_bounds',
    sentence: expect.stringContaining(sentence),
  });
});

test.each([
  ['ends when it was granted to', 24 * HOUR, later(30 * DAY), later(24 * HOUR)],
  ['ends with the key itself when that comes first', 24 * HOUR, later(5 * HOUR), later(5 * HOUR)],
  ['of a key without an expiry ends when it was granted to', 24 * HOUR, null, later(24 * HOUR)],
  ['of a key that has expired is over at once', 24 * HOUR, later(-HOUR), NOON],
])('a grace %s', (_what, granted, expiresAt, end) => {
  expect(graceEnd(NOON, granted, { expiresAt })).toEqual(end);
});

describe('an extension (S3-21)', () => {
  // Retired at noon with 24 hours of grace, of which `passed` are over.
  const inGrace = (overrides: Partial<Key> = {}) =>
    aKey({ state: 'retiring', retiringAt: NOON, graceEndsAt: later(DAY), expiresAt: later(30 * DAY), ...overrides });
  const extend = (key: Key, { hours = 12, now = later(20 * HOUR), mode = 'planned' as RotationMode } = {}) =>
    extendedGrace(key, { mode, hours, now });

  test('adds to the end that was promised', () => {
    expect(extend(inGrace())).toEqual(later(36 * HOUR));
  });

  test('may be taken after the end, from then on, while the key is not revoked', () => {
    expect(extend(inGrace(), { hours: 2, now: later(25 * HOUR) })).toEqual(later(27 * HOUR));
  });

  test('is at most half of the original', () => {
    expect(refusal(() => extend(inGrace(), { hours: 13 }))).toEqual({
      code: 'grace_out_of_bounds',
      sentence: 'The grace of payments-prod v3 can be extended by at most 12 hours; you wrote 13.',
    });
  });

  test('ends 168 hours after the grace began at the latest', () => {
    const long = inGrace({ graceEndsAt: later(160 * HOUR) });
    expect(extend(long, { hours: 8 })).toEqual(later(168 * HOUR));
    expect(refusal(() => extend(long, { hours: 8.01 }))?.sentence).toContain('at most 8 hours');
    const late = { hours: 1, now: later(168 * HOUR) };
    expect(refusal(() => extend(long, late))?.sentence).toContain('cannot be extended any more');
  });

  test('never goes beyond the life of the key', () => {
    const shortLived = inGrace({ expiresAt: later(26 * HOUR) });
    expect(extend(shortLived, { hours: 2 })).toEqual(later(26 * HOUR));
    expect(refusal(() => extend(shortLived, { hours: 3 }))?.sentence).toContain('at most 2 hours');
  });

  test.each([
    ['a second time', inGrace({ graceExtensions: 1 }), {}, 'grace_extended'],
    ['in an emergency', inGrace(), { mode: 'suspected' }, 'no_extension'],
    ['of a compromised key', inGrace({ compromisedAt: NOON }), {}, 'no_extension'],
    ['of a key in use', aKey(), {}, 'not_in_grace'],
    ['of a revoked key', inGrace({ state: 'revoked' }), {}, 'not_in_grace'],
    ['of no time', inGrace(), { hours: 0 }, 'grace_out_of_bounds'],
    ['backwards', inGrace(), { hours: -1 }, 'grace_out_of_bounds'],
    ['of something that is no number', inGrace(), { hours: Number.NaN }, 'grace_out_of_bounds'],
  ] as const)('%s is refused', (_what, key, asked, code) => {
    expect(refusal(() => extend(key, asked))?.code).toBe(code);
  });

  test('that is offered is granted, although it is not a whole number of hours', () => {
    const odd = inGrace({ graceEndsAt: later(100 * MINUTE) });
    const offered = Number(
      /at most ([\d.]+) hour/.exec(refusal(() => extend(odd, { now: NOON }))?.sentence ?? '')?.[1],
    );
    expect(extend(odd, { hours: offered, now: NOON }).getTime()).toBeLessThanOrEqual(later(150 * MINUTE).getTime());
  });
});
