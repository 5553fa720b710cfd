import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Refusal } from '../../src/errors.ts';
import { type Ledger, openLedger } from '../../src/ledger/ledger.ts';
import { aKey, anApproval, anIncident, aRun, aStep, NOON } from '../support/builders.ts';
import { aLedgerFile, anOpenLedger, BEGINNING, recordEvents } from '../support/ledger-file.ts';

const now = () => NOON;

/** A closed ledger with something in every table that decides, and what reading it says. */
async function aWrittenLedger(): Promise<{ bytes: Buffer; says: string }> {
  const file = aLedgerFile();
  const ledger = await openLedger({ file, now });
  await recordEvents(ledger, BEGINNING);
  await recordEvents(ledger, [{ type: 'approval_requested', approval: anApproval() }]);
  for (let i = 0; i < 40; i++)
    await recordEvents(ledger, [
      {
        type: 'step_recorded',
        run: aRun().id,
        record: aStep(`step-${i}`, { state: 'done', outputs: { note: 'x'.repeat(200) } }),
      },
    ]);
  const says = await everything(ledger);
  await ledger.close();
  return { bytes: readFileSync(file), says };
}

// Without the token of a button, which the audit may not hold: a wrong one opens nothing.
async function everything({ read }: Ledger): Promise<string> {
  const approval = await read.approval(anApproval().id);
  return JSON.stringify([
    await read.key(aKey().id),
    await read.incident(anIncident().id),
    await read.run(aRun().id),
    { ...approval, token: '' },
  ]);
}

type Finding =
  | 'refused at the start'
  | 'seen in the chain'
  | 'seen in the tables'
  | 'refused when read'
  | 'as before'
  | 'another value';

async function findingOf(bytes: Buffer, says: string): Promise<Finding> {
  const file = aLedgerFile();
  writeFileSync(file, bytes, { mode: 0o600 });
  let ledger: Ledger;
  try {
    ledger = await openLedger({ file, now });
  } catch (error) {
    expect(error).toBeInstanceOf(Refusal);
    return 'refused at the start';
  }
  try {
    if (!(await ledger.verifyAudit()).whole) return 'seen in the chain';
    if (!(await ledger.verifyTables()).whole) return 'seen in the tables';
    return (await everything(ledger)) === says ? 'as before' : 'another value';
  } catch {
    return 'refused when read';
  } finally {
    await ledger.close();
  }
}

test('a byte that was flipped anywhere is refused, or seen in the chain or the tables, or changes nothing that is read', async () => {
  const { bytes, says } = await aWrittenLedger();
  const found: Record<string, number> = {};
  const anywhere = fc.integer({ min: 0, max: bytes.length - 1 });
  // Most of the file is the free room of tables that hold little.
  const written = fc.constantFrom(...[...bytes.keys()].filter((at) => bytes[at] !== 0));
  await fc.assert(
    fc.asyncProperty(fc.oneof(anywhere, written), fc.integer({ min: 1, max: 255 }), async (at, xor) => {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ xor;
      const finding = await findingOf(flipped, says);
      found[finding] = (found[finding] ?? 0) + 1;
    }),
    { numRuns: 600, seed: 7 },
  );
  expect(found['another value']).toBeUndefined();
  // Each of the defences has something to do: none of them could be left out.
  for (const finding of ['refused at the start', 'seen in the chain', 'seen in the tables', 'as before'])
    expect(found[finding]).toBeGreaterThan(10);
}, 120_000);

test('a file cut anywhere is refused', async () => {
  const { bytes, says } = await aWrittenLedger();
  for (let pages = 1; pages * 4_096 < bytes.length; pages += 3) {
    const finding = await findingOf(bytes.subarray(0, pages * 4_096 - 100), says);
    expect(finding).toBe('refused at the start');
  }
}, 60_000);

test('a damaged write-ahead log gives an earlier whole state, never a mixture', async () => {
  const file = aLedgerFile();
  const ledger = await anOpenLedger(file);
  await recordEvents(ledger, BEGINNING);
  for (let i = 0; i < 20; i++)
    await recordEvents(ledger, [{ type: 'request_refused', what: `${i}`, code: 'test', sentence: '' }]);
  const log = readFileSync(`${file}-wal`);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: log.length - 1 }), async (at) => {
      const copy = aLedgerFile();
      copyFileSync(file, copy);
      const flipped = Buffer.from(log);
      flipped[at] = (flipped[at] ?? 0) ^ 0xff;
      writeFileSync(copy, readFileSync(file), { mode: 0o600 });
      writeFileSync(`${copy}-wal`, flipped, { mode: 0o600 });
      const opened = await openLedger({ file: copy, now });
      const verdict = await opened.verifyAudit();
      expect(verdict.whole).toBe(true);
      expect(verdict.entries).toBeLessThanOrEqual(23);
      if (verdict.entries >= 3) expect(await opened.read.run(aRun().id)).not.toBeNull();
      await opened.close();
    }),
    { numRuns: 150, seed: 7 },
  );
}, 120_000);
