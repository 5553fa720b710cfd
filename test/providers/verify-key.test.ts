import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type KeyState, KeyState as States } from '../../src/domain/key.ts';
import { isUsable, verdictOn } from '../../src/providers/verify-key.ts';
import { aKey, minutesAfter, NOON } from '../support/builders.ts';

const soon = minutesAfter(NOON, 5);
const later = minutesAfter(NOON, 9);

test.each<[KeyState, Date | null, object]>([
  ['active', soon, { status: 'valid' }],
  ['active', null, { status: 'valid' }],
  ['active', NOON, { status: 'expired' }],
  ['active', minutesAfter(NOON, -1), { status: 'expired' }],
  ['pending', soon, { status: 'pending' }],
  ['pending', NOON, { status: 'expired' }],
  ['suspended', soon, { status: 'suspended' }],
  ['suspended', NOON, { status: 'expired' }],
  ['expired', soon, { status: 'expired' }],
  ['revoked', soon, { status: 'revoked' }],
  ['revoked', NOON, { status: 'revoked' }],
])('a key that is %s and expires at %s is answered with %o at noon (S2-06)', (state, expiresAt, verdict) => {
  expect(verdictOn(aKey({ state, expiresAt }), NOON)).toEqual(verdict);
});

test.each<[Date | null, Date | null, object]>([
  [later, soon, { status: 'retiring', until: soon.toISOString() }],
  [null, soon, { status: 'retiring', until: soon.toISOString() }],
  [later, NOON, { status: 'expired' }],
  [later, null, { status: 'expired' }],
  [NOON, soon, { status: 'expired' }],
])(
  'a key in grace that expires at %s and whose grace ends at %s is answered with %o',
  (expiresAt, graceEndsAt, verdict) => {
    expect(verdictOn(aKey({ state: 'retiring', expiresAt, graceEndsAt }), NOON)).toEqual(verdict);
  },
);

test('before a rotation the old key is accepted, in grace both are, after it only the new one (S1-01)', () => {
  const minutes = fc.integer({ min: 1, max: 168 * 60 });
  fc.assert(
    fc.property(minutes, minutes, (begins, lasts) => {
      const [graceBegins, graceEndsAt] = [minutesAfter(NOON, begins), minutesAfter(NOON, begins + lasts)];
      const life = { expiresAt: null, graceEndsAt: null };
      const accepted = (at: Date) => {
        const before = at < graceBegins;
        const old = before ? aKey({ ...life, state: 'active' }) : aKey({ ...life, state: 'retiring', graceEndsAt });
        const replacement = aKey({ ...life, state: before ? 'pending' : 'active' });
        return [old, replacement].map((key) => isUsable(verdictOn(key, at)));
      };
      expect(accepted(minutesAfter(graceBegins, -1))).toEqual([true, false]);
      expect(accepted(graceBegins)).toEqual([true, true]);
      expect(accepted(new Date(graceEndsAt.getTime() - 1))).toEqual([true, true]);
      expect(accepted(graceEndsAt)).toEqual([false, true]);
    }),
  );
});

test('nothing but an active key and one in its grace is ever accepted, and neither after its end', () => {
  const instants = fc.option(fc.integer({ min: -100, max: 100 }).map((minutes) => minutesAfter(NOON, minutes)));
  fc.assert(
    fc.property(fc.constantFrom(...States.options), instants, instants, (state, expiresAt, graceEndsAt) => {
      const usable = isUsable(verdictOn({ state, expiresAt, graceEndsAt }, NOON));
      if (usable) expect(['active', 'retiring']).toContain(state);
      if (expiresAt !== null && expiresAt <= NOON) expect(usable).toBe(false);
      if (state === 'retiring' && (graceEndsAt === null || graceEndsAt <= NOON)) expect(usable).toBe(false);
    }),
  );
});

test('a key that nobody knows is not found', () => {
  expect(verdictOn(null, NOON)).toEqual({ status: 'not_found' });
});
