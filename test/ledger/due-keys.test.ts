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

it('shows the keys that are gone a page at a time, each once', async () => {
  const ledger = await anOpenLedger();
  const gone = ['c', 'a', 'e', 'b', 'd'].map((name) => issued(idle(name, { state: 'expired' })));
  await recordEvents(ledger, [...gone, issued(idle('bb'))]);
  const slugs = async (page: { after?: string; limit?: number }) =>
    (await ledger.read.currentGone(page)).map(({ slug }) => slug);
  expect(await slugs({ limit: 2 })).toEqual(['a', 'b']);
  expect(await slugs({ after: 'b', limit: 2 })).toEqual(['c', 'd']);
  expect(await slugs({ after: 'd', limit: 2 })).toEqual(['e']);
  expect(await slugs({})).toEqual(['a', 'b', 'c', 'd', 'e']);
});
