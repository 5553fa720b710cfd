import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KeyClass } from '../../src/domain/key.ts';
import { isWildcard, leastScopes } from '../../src/domain/key-class.ts';
import { loadClassRule } from '../../src/runbook/policy-file.ts';

describe('least scopes', () => {
  test.each([
    [
      ['b', 'a', 'a'],
      ['a', 'b'],
    ],
    [['payments:*', 'payments:read'], ['payments:read']],
    [['*', 'admin'], ['admin']],
    [['*'], ['*']],
    [[], []],
  ])('of %j are %j', (registered, least) => {
    expect(leastScopes(registered)).toEqual(least);
  });

  test('never hold a scope that was not registered, and never become empty', () => {
    const scope = fc.constantFrom('*', 'a', 'b:read', 'b:*', 'c/*', 'd.*', 'read');
    fc.assert(
      fc.property(fc.array(scope, { minLength: 1 }), (registered) => {
        const least = leastScopes(registered);
        expect(registered).toEqual(expect.arrayContaining(least));
        expect(least.length).toBeGreaterThan(0);
        expect(least.some(isWildcard)).toBe(registered.every(isWildcard));
      }),
    );
  });
});

test('no shipped class lets a key live longer than a year, and only passphrases are not minted', async () => {
  for (const keyClass of KeyClass.options) {
    const { maxAgeDays } = await loadClassRule('runbooks', keyClass);
    expect(maxAgeDays === null).toBe(keyClass === 'passphrase');
    expect(maxAgeDays ?? 0).toBeLessThanOrEqual(365);
  }
});
