import { expect, test } from 'vitest';
import { KeyId } from '../../src/domain/ids.ts';
import type { Key } from '../../src/domain/key.ts';
import { lockOutWarnings } from '../../src/domain/lock-out-warnings.ts';
import { aKey, daysAfter, NOON } from '../support/builders.ts';

const admin = (slug: string, overrides: Partial<Key> = {}) =>
  aKey({
    id: KeyId.parse(`key-${slug}`),
    slug,
    version: 1,
    provider: 'ledger',
    administers: 'stoa',
    expiresAt: null,
    ...overrides,
  });

test('two admin keys that can be repaired from elsewhere are no warning', () => {
  expect(lockOutWarnings([admin('first'), admin('second')], NOON)).toEqual([]);
});

test.each([
  ['one key', [admin('first')], ['stoa hangs on one key: first v1']],
  [
    'two, of which somebody else has one',
    [admin('first'), admin('second', { compromisedAt: NOON })],
    ['stoa hangs on one key: first v1'],
  ],
  [
    'none that can be counted on',
    [admin('first', { compromisedAt: NOON })],
    ['No key that administers stoa can be counted on'],
  ],
  [
    'one that ends soon, said once',
    [admin('first', { expiresAt: daysAfter(NOON, 9) })],
    ['last live admin key of stoa and ends on'],
  ],
  [
    'two that only repair one another',
    [admin('first', { provider: 'stoa' }), admin('second', { provider: 'stoa' })],
    ['first v1, second v1 can only be repaired by one another'],
  ],
])('a provider that hangs on %s is warned of', (_what, keys, words) => {
  const warnings = lockOutWarnings(keys, NOON);
  expect(warnings).toHaveLength(words.length);
  for (const [index, word] of words.entries()) expect(warnings[index]).toContain(word);
});
