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

test('adds up calls around an incident without moving any to the other side of what happened', async () => {
  const ledger = await anOpenLedger();
  const key = KeyId.parse('key-busy');
  const startedAt = new Date('2027-03-10T12:10:30.000Z');
  const overAt = new Date('2027-03-10T12:30:15.000Z');
  const at = (minutes: number) => minutesAfter(NOON, minutes);
  for (let minute = -120; minute < 600; minute++)
    await ledger.countUsage([{ key, caller: 'billing', at: at(minute), accepted: 1, rejected: minute % 7 }]);
  await ledger.countUsage([{ key, caller: 'cron', at: at(31), accepted: 2, rejected: 0 }]);
  const since = at(-60);
  const minutes = await ledger.read.usageOf(key, since);
  const sums = await ledger.read.usageAround(key, { since, startedAt, overAt });
  expect(sums.length).toBeLessThan(40);
  const hourOf = (minute: Date) => Math.floor((minute.getTime() - overAt.getTime()) / 3_600_000);
  const counted = (uses: typeof sums) => {
    const found: Record<string, number> = {};
    for (const { caller, minute, accepted, rejected } of uses) {
      const begun = minute.getTime() + 60_000 > startedAt.getTime();
      const side = `${caller} ${begun} ${minute >= overAt ? hourOf(minute) : 'before'}`;
      found[side] = (found[side] ?? 0) + accepted * 10_000 + rejected;
    }
    return found;
  };
  expect(counted(sums)).toEqual(counted(minutes));
  const without = await ledger.read.usageAround(key, { since, startedAt, overAt: null });
  expect(without.map(({ caller, minute }) => [caller, minute])).toEqual([
    ['billing', at(-60)],
    ['billing', at(10)],
    ['cron', at(31)],
  ]);
});
