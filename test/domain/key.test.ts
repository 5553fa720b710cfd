import { expect, test } from 'vitest';
import { assertTransition, fingerprintOf, healthOf, KeyState, nameOf } from '../../src/domain/key.ts';
import { aKey, DAY, NOON } from '../support/builders.ts';

const inMs = (ms: number) => new Date(NOON.getTime() + ms);

test.each([
  ['revoked, whatever its expiry', { state: 'revoked', expiresAt: inMs(99 * DAY) }, 'revoked'],
  ['expired in the ledger', { state: 'expired', expiresAt: inMs(99 * DAY) }, 'expired'],
  ['expired by the clock, at its very instant', { state: 'active', expiresAt: NOON }, 'expired'],
  ['one millisecond before', { state: 'active', expiresAt: inMs(1) }, 'expiring'],
  ['seven days before', { state: 'active', expiresAt: inMs(7 * DAY) }, 'expiring'],
  ['seven days and a millisecond before', { state: 'active', expiresAt: inMs(7 * DAY + 1) }, 'healthy'],
  ['without an expiry', { state: 'active', expiresAt: null }, 'healthy'],
] as const)('a key %s is %s', (_what, key, health) => {
  expect(healthOf(key, NOON)).toBe(health);
});

test('from every state a key can be revoked, and from revoked it can become nothing', () => {
  for (const state of KeyState.options) {
    if (state !== 'revoked') expect(() => assertTransition(aKey({ state }), 'revoked')).not.toThrow();
    expect(() => assertTransition(aKey({ state: 'revoked' }), state)).toThrow('it is final');
  }
});

test('people see slug, version and fingerprint, and never more of the digest', () => {
  expect(nameOf(aKey())).toBe('payments-prod v3');
  expect(fingerprintOf(aKey({ digest: 'abcdef0123456789' }))).toBe('abcdef012345');
  expect(fingerprintOf(aKey({ digest: null }))).toBe('unknown');
});
