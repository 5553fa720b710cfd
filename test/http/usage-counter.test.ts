import { afterEach, expect, test, vi } from 'vitest';
import { KeyId } from '../../src/domain/ids.ts';
import { countUsage } from '../../src/http/usage-counter.ts';
import type { UsageCount } from '../../src/ledger/usage.ts';
import { daysAfter, NOON } from '../support/builders.ts';
import { aLedgerFile, anOpenLedger, rawLedger } from '../support/ledger-file.ts';

const fail = (error: unknown) => {
  throw error;
};

afterEach(() => {
  vi.useRealTimers();
});

test('writes what 1 200 callers did in three commits, and every call is counted', async () => {
  const file = aLedgerFile();
  const ledger = await anOpenLedger(file);
  const sqlite = rawLedger(file);
  const seen = new Set<unknown>();
  const look = () => seen.add(sqlite.pragma('data_version', { simple: true }));
  look();
  const writing = async (counts: readonly UsageCount[]) => {
    const rowsBefore = sqlite.prepare('select count(*) from usage').pluck().get();
    await ledger.countUsage(counts);
    look();
    const rowsAfter = sqlite.prepare('select count(*) from usage').pluck().get();
    expect(Number(rowsAfter) - Number(rowsBefore)).toBe(counts.length);
  };
  const usage = countUsage({ countUsage: writing }, () => NOON, fail);
  const ids = Array.from({ length: 1_200 }, (_, n) => KeyId.parse(`key-${n}`));
  for (const id of [...ids, ...ids]) usage.count(id, 'checkout', true);
  await usage.stop();

  expect(seen.size).toBe(1 + 3);
  for (const id of [ids[0], ids[1_199]].filter((one) => one !== undefined))
    expect(await ledger.read.usageOf(id, daysAfter(NOON, -1))).toEqual([
      expect.objectContaining({ caller: 'checkout', accepted: 2, rejected: 0 }),
    ]);
});

test('adds to what was counted in the same minute before', async () => {
  const ledger = await anOpenLedger();
  const key = KeyId.parse('key-1');
  const once = { key, caller: 'checkout', at: NOON, accepted: 2, rejected: 1 };
  await ledger.countUsage([once, { ...once, caller: 'billing' }]);
  await ledger.countUsage([once, { ...once, accepted: 0, rejected: 5 }]);
  expect(await ledger.read.usageOf(key, daysAfter(NOON, -1))).toEqual([
    expect.objectContaining({ caller: 'billing', accepted: 2, rejected: 1 }),
    expect.objectContaining({ caller: 'checkout', accepted: 4, rejected: 7 }),
  ]);
});

test('lets no writes queue up behind one that takes long', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const written: (readonly UsageCount[])[] = [];
  const slow = Promise.withResolvers<void>();
  const writing = (counts: readonly UsageCount[]) => {
    written.push(counts);
    return slow.promise;
  };
  const usage = countUsage({ countUsage: writing }, () => NOON, fail);
  for (const caller of ['a', 'b', 'c']) {
    usage.count(KeyId.parse('key-1'), caller, true);
    await vi.advanceTimersByTimeAsync(1_000);
  }
  slow.resolve();
  await vi.waitFor(() => expect(written).toHaveLength(1));
  await usage.stop();
  expect(written.map((counts) => counts.map(({ caller }) => caller))).toEqual([['a'], ['b', 'c']]);
});
