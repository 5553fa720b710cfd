import { expect, test } from 'vitest';
import { KeyId } from '../../src/domain/ids.ts';
import type { LedgerReader } from '../../src/ledger/reader.ts';
import { aKey, daysAfter, minutesAfter, NOON } from '../support/builders.ts';
import { aLedgerFile, anOpenLedger, recordEvents } from '../support/ledger-file.ts';
import { planOf } from '../support/plan-of.ts';

const named = (slug: string, more: Parameters<typeof aKey>[0] = {}) =>
  aKey({ id: KeyId.parse(`key-${slug}`), slug, version: 1, externalRef: slug, digest: slug.padEnd(64, '0'), ...more });

test('finds who still calls with a key that is dead, and forgets what was called before it died', async () => {
  const ledger = await anOpenLedger();
  const dead = named('dead', { state: 'revoked', revokedAt: minutesAfter(NOON, -30) });
  const alive = named('alive', { expiresAt: daysAfter(NOON, 30) });
  await recordEvents(ledger, [
    { type: 'key_issued', key: dead },
    { type: 'key_issued', key: alive },
  ]);
  const count = (key: KeyId, minutes: number) =>
    ledger.countUsage([{ key, caller: 'billing-cron', at: minutesAfter(NOON, minutes), accepted: 0, rejected: 2 }]);
  for (const minutes of [-40, -20, -10]) await count(dead.id, minutes);
  await count(alive.id, -10);
  expect(await ledger.read.usesOfDeadKeys(daysAfter(NOON, -7))).toEqual([
    { key: dead.id, caller: 'billing-cron', accepted: 0, rejected: 4, lastAt: minutesAfter(NOON, -10) },
  ]);
  expect(await ledger.read.usesOfDeadKeys(NOON)).toEqual([]);
});

test('adds up the calls of each caller, whoever called most first, and leaves out what is older', async () => {
  const ledger = await anOpenLedger();
  const key = KeyId.parse('key-busy');
  const count = (caller: string, minutes: number, [accepted, rejected]: [number, number]) =>
    ledger.countUsage([{ key, caller, at: minutesAfter(NOON, minutes), accepted, rejected }]);
  for (const minutes of [-40, -20, -10]) await count('billing', minutes, [1, 1]);
  for (const caller of ['zeta', 'checkout']) await count(caller, -30, [5, 4]);
  await count('gone', -90, [900, 0]);
  await ledger.countUsage([{ key: KeyId.parse('key-other'), caller: 'x', at: NOON, accepted: 1, rejected: 0 }]);
  expect(await ledger.read.callersOf(key, minutesAfter(NOON, -60))).toEqual([
    { caller: 'checkout', calls: 9, lastAt: minutesAfter(NOON, -30) },
    { caller: 'zeta', calls: 9, lastAt: minutesAfter(NOON, -30) },
    { caller: 'billing', calls: 6, lastAt: minutesAfter(NOON, -10) },
  ]);
});

test('finds usable keys of production without an expiry, and keys older than their class allows, oldest first', async () => {
  const ledger = await anOpenLedger();
  const keys = [
    named('undated', { expiresAt: null, activatedAt: daysAfter(NOON, -10) }),
    named('undated-staging', { expiresAt: null, environment: 'staging', activatedAt: daysAfter(NOON, -10) }),
    named('old', { activatedAt: daysAfter(NOON, -100), expiresAt: daysAfter(NOON, 1) }),
    named('older', { activatedAt: daysAfter(NOON, -200), expiresAt: daysAfter(NOON, 1) }),
    named('old-and-revoked', { activatedAt: daysAfter(NOON, -200), state: 'revoked', revokedAt: NOON }),
  ];
  await recordEvents(
    ledger,
    keys.map((key) => ({ type: 'key_issued', key })),
  );
  const slugs = (found: { slug: string }[]) => found.map(({ slug }) => slug);
  expect(slugs(await ledger.read.currentUndated('production'))).toEqual(['undated']);
  expect(slugs(await ledger.read.currentUndated('production', 'other'))).toEqual([]);
  expect(slugs(await ledger.read.currentOlderThan('api_key', daysAfter(NOON, -90)))).toEqual(['older', 'old']);
});

const questions: [string, (read: LedgerReader) => Promise<unknown>][] = [
  ['keys_undated', (read) => read.currentUndated('production')],
  ['keys_undated', (read) => read.currentUndated('production', 'payments')],
  ['keys_overdue', (read) => read.currentOlderThan('api_key', NOON)],
  ['usage_by_minute', (read) => read.usesOfDeadKeys(NOON)],
];

test.each(questions)('a report costs what it returns: it reads along %s', async (index, ask) => {
  const file = aLedgerFile();
  const ledger = await anOpenLedger(file);
  expect(await planOf(file, () => ask(ledger.read))).toContain(index);
});
