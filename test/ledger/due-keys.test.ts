import { expect, it } from 'vitest';
import { KeyId } from '../../src/domain/ids.ts';
import type { Key } from '../../src/domain/key.ts';
import { aKey, daysAfter, NOON } from '../support/builders.ts';
import { anOpenLedger, recordEvents } from '../support/ledger-file.ts';

const issued = (key: Key) => ({ type: 'key_issued', key }) as const;

function idle(name: string, overrides: Partial<Key> = {}): Key {
  return aKey({
    id: KeyId.parse(`key-${name}`),
    slug: name,
    externalRef: name,
    digest: name.padEnd(64, '0'),
    expiresAt: daysAfter(NOON, 30),
    ...overrides,
  });
}

it('shows every key that is too old once, page by page, also when many are equally old', async () => {
  const ledger = await anOpenLedger();
  const old = ['c', 'a', 'e', 'b', 'd'].map((name) => issued(idle(name, { activatedAt: daysAfter(NOON, -100) })));
  const older = issued(idle('z', { activatedAt: daysAfter(NOON, -101) }));
  await recordEvents(ledger, [...old, older, issued(idle('young', { activatedAt: daysAfter(NOON, -10) }))]);
  const of = { class: 'api_key', activatedBefore: daysAfter(NOON, -90), limit: 2 } as const;
  const found: string[] = [];
  for (let keys = await ledger.read.overdueKeys(of); keys.length > 0; ) {
    found.push(...keys.map((key) => key.slug));
    const { id, activatedAt: at } = keys.at(-1) as Key & { activatedAt: Date };
    keys = await ledger.read.overdueKeys({ ...of, after: { at, id } });
  }
  expect(found).toEqual(['z', 'a', 'b', 'c', 'd', 'e']);
});
