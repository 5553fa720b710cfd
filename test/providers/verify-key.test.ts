import { expect, test } from 'vitest';
import type { KeyState } from '../../src/domain/key.ts';
import { verdictOn } from '../../src/providers/verify-key.ts';
import { aKey, minutesAfter, NOON } from '../support/builders.ts';

const soon = minutesAfter(NOON, 5);

test.each<[KeyState, Date | null, object]>([
  ['active', soon, { status: 'valid' }],
  ['active', null, { status: 'valid' }],
  ['active', NOON, { status: 'expired' }],
  ['active', minutesAfter(NOON, -1), { status: 'expired' }],
  ['pending', soon, { status: 'pending' }],
  ['pending', NOON, { status: 'expired' }],
  ['retiring', soon, { status: 'retiring', until: soon.toISOString() }],
  ['retiring', null, { status: 'retiring' }],
  ['retiring', NOON, { status: 'expired' }],
  ['suspended', soon, { status: 'suspended' }],
  ['suspended', NOON, { status: 'expired' }],
  ['expired', soon, { status: 'expired' }],
  ['revoked', soon, { status: 'revoked' }],
  ['revoked', NOON, { status: 'revoked' }],
])('a key that is %s and expires at %s is answered with %o at noon', (state, expiresAt, verdict) => {
  expect(verdictOn(aKey({ state, expiresAt }), NOON)).toEqual(verdict);
});

test('a key that nobody knows is not found', () => {
  expect(verdictOn(null, NOON)).toEqual({ status: 'not_found' });
});
