import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { KeyClass } from '../../src/domain/key.ts';
import { classRule, isWildcard, leastScopes } from '../../src/domain/key-class.ts';

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

test('no class lets a key live longer than a year, and only passphrases are not minted', () => {
  for (const keyClass of KeyClass.options) {
    const { maxAgeDays } = classRule(keyClass);
    expect(maxAgeDays === null).toBe(keyClass === 'passphrase');
    expect(maxAgeDays ?? 0).toBeLessThanOrEqual(365);
  }
});

test('what the security team reads in key-classes.yaml is what happens', () => {
  const file = z
    .object({
      classes: z.record(
        KeyClass,
        z.object({ max_age_days: z.number().nullable(), warning_days: z.array(z.number()), revocable: z.boolean() }),
      ),
    })
    .parse(parse(readFileSync(new URL('../../runbooks/key-classes.yaml', import.meta.url), 'utf8')));
  for (const keyClass of KeyClass.options) {
    const { max_age_days: maxAgeDays, warning_days: warnDays, revocable } = file.classes[keyClass];
    expect({ [keyClass]: classRule(keyClass) }).toEqual({ [keyClass]: { maxAgeDays, warnDays, revocable } });
  }
});
