import { expect, it } from 'vitest';
import { KeyId } from '../../src/domain/ids.ts';
import type { Key } from '../../src/domain/key.ts';
import type { LedgerReader } from '../../src/ledger/reader.ts';
import { aKey, daysAfter, NOON } from '../support/builders.ts';
import { aLedgerFile, anOpenLedger, rawLedger, recordEvents } from '../support/ledger-file.ts';
import { sqlOf, wholeTables } from '../support/sql-of.ts';

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

it('follows an index for everything that the clock and the digest ask for, so that idle keys cost nothing', async () => {
  const file = aLedgerFile();
  const ledger = await anOpenLedger(file);
  const questions: Record<string, (read: LedgerReader) => Promise<unknown>> = {
    overdue: (read) => read.overdueKeys({ class: 'api_key', activatedBefore: NOON, limit: 9 }),
    expire: (read) => read.keysToExpire(NOON, 9),
    retire: (read) => read.keysToRetire(NOON, 9),
    forget: (read) => read.keysToForget(NOON, 9),
    due: (read) => read.dueRotations(NOON, 9),
    ended: (read) => read.rotationsEndedSince(NOON),
    open: (read) => read.openRotations(9),
    admins: (read) => read.administrators('ledger'),
    usable: (read) => read.keysExpiringBefore(NOON),
    current: (read) => read.currentExpiringBefore(NOON),
    gone: (read) => read.currentGone(),
    alarm: (read) => read.lastAlarm(null, 'clock_jump'),
  };
  const raw = rawLedger(file);
  for (const [name, ask] of Object.entries(questions))
    for (const asked of await sqlOf(() => ask(ledger.read))) expect(wholeTables(raw, asked), name).toEqual([]);
});
