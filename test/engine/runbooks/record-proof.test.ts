import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { reviewDue } from '../../../src/domain/runbook-version.ts';
import { recordProof } from '../../../src/engine/runbooks/record-proof.ts';
import { openRunbookSet } from '../../../src/runbook/runbook-set.ts';
import { GOOD, smallCatalogue } from '../../runbook/small-catalogue.ts';
import { alice, aPolicy, bob, NOON } from '../../support/builders.ts';
import { from, refusalOf } from '../../support/engine-world.ts';
import { aLedgerFile, anOpenLedger } from '../../support/ledger-file.ts';

async function aFolder() {
  const dir = mkdtempSync(join(tmpdir(), 'rekey-runbooks-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  writeFileSync(join(dir, 'R-TEST.yaml'), GOOD);
  const ledger = await anOpenLedger(aLedgerFile());
  const runbooks = await openRunbookSet(dir, smallCatalogue);
  const policy = async () => ({ policy: aPolicy({ may: { rotate: ['bob'] } }), hash: 'b'.repeat(64) });
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const deps = { ledger, policy, now: () => NOON, newId: (prefix: string) => `${prefix}-1`, log, runbooks };
  const hash = runbooks.all().get('R-TEST')?.hash ?? '';
  return { ledger, deps, hash };
}

const shown = {
  runbook: 'R-TEST',
  how: 'drill',
  recoverMs: 90_000,
  summary: '2 scenarios (calm, F1): all passed',
} as const;

test('a drill that passed is proof of the text that is live, and its owner is left in peace', async () => {
  const { ledger, deps, hash } = await aFolder();
  await recordProof(deps, { ...shown, hash, passed: true }, from(bob));
  const [live] = await ledger.read.liveRunbooks();
  const [proof] = await ledger.read.runbookProofs('R-TEST', 1);
  expect(proof).toMatchObject({ hash: live?.hash, passed: true, recoverMs: 90_000, at: NOON });
  expect(reviewDue({ runbook: 'R-TEST', reviewBy: '2099-01-01' }, proof ?? null, NOON)).toBeNull();
});

test('a drill that failed is on record as well', async () => {
  const { ledger, deps, hash } = await aFolder();
  await recordProof(deps, { ...shown, hash, passed: false }, from(bob));
  expect(await ledger.read.runbookProofs('R-TEST', 1)).toMatchObject([{ passed: false }]);
});

test('who may not replace keys proves nothing, and that they tried is in the audit', async () => {
  const { ledger, deps, hash } = await aFolder();
  const refusal = await refusalOf(recordProof(deps, { ...shown, hash, passed: true }, from(alice)));
  expect(refusal.code).toBe('not_allowed');
  expect(await ledger.read.runbookProofs('R-TEST', 1)).toEqual([]);
  expect((await ledger.read.audit({ limit: 1 })).map(({ action }) => action)).toEqual(['request_refused']);
});
