import { expect, onTestFinished, test } from 'vitest';
import { LedgerTrouble } from '../../src/ledger/trouble.ts';
import { aLedgerFile, anOpenLedger, BEGINNING, rawLedger, recordEvents } from '../support/ledger-file.ts';
import { runChild } from '../support/run-child.ts';

test('three processes that record at once on one file lose nothing, keep one chain and never run into each other', async () => {
  const file = aLedgerFile();
  const ledger = await anOpenLedger(file);
  const ends = await Promise.all(['a', 'b', 'c'].map((name) => runChild('record-many', [file, name, '150'])));
  for (const end of ends) {
    expect(end).toMatchObject({ code: 0, err: '' });
    expect(Number(end.out)).toBeLessThan(2_000);
  }
  expect(await ledger.verifyAudit()).toMatchObject({ whole: true, entries: 450 });
  const lines = await ledger.read.audit({ limit: 1_000 });
  expect(new Set(lines.map((line) => line.subject)).size).toBe(450);
}, 60_000);

test('a process that holds the ledger for longer than 2 s gets the others a typed "busy", with nothing half done', async () => {
  const file = aLedgerFile();
  const ledger = await anOpenLedger(file);
  const holder = rawLedger(file);
  holder.exec('begin immediate');
  onTestFinished(() => void (holder.inTransaction && holder.exec('rollback')));
  const begun = performance.now();
  const error = await recordEvents(ledger, BEGINNING).catch((thrown: unknown) => thrown);
  const waitedMs = performance.now() - begun;
  expect(error).toBeInstanceOf(LedgerTrouble);
  expect(error).toMatchObject({ code: 'ledger_busy' });
  expect(waitedMs).toBeGreaterThan(1_900);
  expect(waitedMs).toBeLessThan(3_000);
  holder.exec('rollback');
  expect(await ledger.verifyAudit()).toMatchObject({ whole: true, entries: 0 });
  await recordEvents(ledger, BEGINNING);
  expect(await ledger.verifyAudit()).toMatchObject({ whole: true, entries: 3 });
});

test('waiting for another process never holds up this one', async () => {
  const file = aLedgerFile();
  const ledger = await anOpenLedger(file);
  const holder = rawLedger(file);
  holder.exec('begin immediate');
  onTestFinished(() => void (holder.inTransaction && holder.exec('rollback')));
  let ticks = 0;
  const ticking = setInterval(() => {
    ticks += 1;
    if (ticks === 20) holder.exec('rollback');
  }, 10);
  await recordEvents(ledger, BEGINNING);
  clearInterval(ticking);
  expect(ticks).toBeGreaterThanOrEqual(20);
});

test('a recording reads what another process committed just before it, and never an older state', async () => {
  const file = aLedgerFile();
  const [one, other] = [await anOpenLedger(file), await anOpenLedger(file)];
  await recordEvents(one, BEGINNING);
  const count = async (ledger: typeof one, id: string) =>
    ledger.record({ at: new Date(), actor: 'system:test', channel: 'cli' }, async (tx) => {
      const seen = (await tx.read.audit({ limit: 1 })).at(0)?.seq;
      return { events: [{ type: 'request_refused', what: id, code: 'test', sentence: '' }], result: seen };
    });
  const seen = await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map((i) => count(i % 2 === 0 ? one : other, String(i))));
  expect([...seen].sort()).toEqual([3, 4, 5, 6, 7, 8, 9, 10].sort());
});
