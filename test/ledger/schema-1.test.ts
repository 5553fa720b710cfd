import { chmodSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { aLedgerFile, anOpenLedger, rawLedger } from '../support/ledger-file.ts';

const written = readFileSync(new URL('../fixtures/ledger-0001.sql', import.meta.url), 'utf8');

/** The file that the Rekey of schema 1 left, opened by this one. */
async function aLedgerOfSchema1(): Promise<Ledger> {
  const file = aLedgerFile();
  rawLedger(file).exec(written);
  chmodSync(file, 0o600);
  return anOpenLedger(file);
}

test('a ledger of schema 1 keeps its live keys: one whose replacement was taken back is the current one again', async () => {
  const ledger = await aLedgerOfSchema1();
  expect((await ledger.read.keys()).map(({ slug, version, state }) => `${slug} v${version} ${state}`)).toEqual([
    'again v5 active',
    'back v3 active',
    'done v4 active',
    'fail v3 active',
    'gone v3 revoked',
    'good v5 active',
    'late v4 active',
    'new v1 pending',
    'open v4 active',
    'stop v4 active',
    'twice v5 active',
  ]);
  expect((await ledger.read.currentGone()).map(({ slug }) => slug)).toEqual(['gone']);
});

test('a ledger of schema 1 says in its tables what its audit says, to the last column', async () => {
  const ledger = await aLedgerOfSchema1();
  expect(await ledger.verifyAudit()).toMatchObject({ whole: true, entries: 82 });
  expect(await ledger.verifyTables()).toEqual({ whole: true, rows: 57 });
});
