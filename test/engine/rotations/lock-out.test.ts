import { expect, test } from 'vitest';
import { KeyId } from '../../../src/domain/ids.ts';
import type { Key } from '../../../src/domain/key.ts';
import { assertNotLastAdmin } from '../../../src/engine/rotations/lock-out.ts';
import { aKey, NOON } from '../../support/builders.ts';
import { refusalOf } from '../../support/engine-world.ts';
import { anOpenLedger, recordEvents } from '../../support/ledger-file.ts';

const admin = (slug: string, overrides: Partial<Key> = {}) =>
  aKey({
    id: KeyId.parse(`key-${slug}`),
    slug,
    version: 1,
    digest: slug.padEnd(64, '0'),
    externalRef: slug,
    administers: 'stoa',
    expiresAt: null,
    ...overrides,
  });

async function ledgerWith(...keys: Key[]) {
  const ledger = await anOpenLedger();
  await recordEvents(
    ledger,
    keys.map((key) => ({ type: 'key_issued', key })),
  );
  return ledger.read;
}

test.each(['revoke', 'suspend', 'rotate'] as const)(
  'the last admin key of a provider: %s is refused, and the sentence says what is locked out and what to do',
  async (doing) => {
    const root = admin('root');
    const refusal = await refusalOf(assertNotLastAdmin(await ledgerWith(root), root, NOON, doing));
    expect(refusal.code).toBe('last_admin_key');
    expect(refusal.message).toMatch(
      /^root v1 is the last live admin key of stoa: without it Rekey can neither rotate nor revoke the keys there\. Register a second admin key/,
    );
  },
);

test.each([
  ['a second one is live', admin('root'), [admin('second')]],
  ['its replacement is in use', admin('root', { state: 'retiring', graceEndsAt: NOON }), [admin('successor')]],
  ['it administers nothing', admin('root', { administers: null }), []],
  ['its provider refuses it already', admin('root', { expiresAt: NOON }), []],
])('a key may go when %s', async (_when, key, others) => {
  const read = await ledgerWith(key, ...others);
  await expect(assertNotLastAdmin(read, key, NOON, 'revoke')).resolves.toBeUndefined();
});

test.each([
  ['is compromised', { compromisedAt: NOON }],
  ['has expired', { expiresAt: NOON }],
  ['is suspended', { state: 'suspended', suspendedAt: NOON }],
  ['administers another provider', { administers: 'stigmem' }],
] as const)('a second one that %s does not count', async (_what, overrides) => {
  const root = admin('root');
  const read = await ledgerWith(root, admin('second', overrides));
  expect((await refusalOf(assertNotLastAdmin(read, root, NOON, 'revoke'))).code).toBe('last_admin_key');
});

test('a last admin key that leaked is still the last one', async () => {
  const root = admin('root', { compromisedAt: NOON });
  const refusal = await refusalOf(assertNotLastAdmin(await ledgerWith(root), root, NOON, 'revoke'));
  expect(refusal.code).toBe('last_admin_key');
});
