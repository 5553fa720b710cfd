import { chmodSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PersonId } from '../../src/domain/ids.ts';
import { openEngine } from '../../src/engine/open-engine.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { aLedgerFile, anOpenLedger, rawLedger } from '../support/ledger-file.ts';
import { shippedDeps } from '../support/shipped-deps.ts';

const written = readFileSync(new URL('../fixtures/ledger-0003.sql', import.meta.url), 'utf8');
// A minute after the last line that the old Rekey wrote.
const LATER = new Date(Date.parse('2026-11-21T17:49:52.976Z') + 60_000);

/** The file that the Rekey of schema 3 left, opened by this one. */
async function aLedgerOfSchema3(): Promise<Ledger> {
  const file = aLedgerFile();
  rawLedger(file).exec(written);
  chmodSync(file, 0o600);
  return anOpenLedger(file, () => LATER);
}

async function openRun(ledger: Ledger) {
  const key = await ledger.read.keyBySlug('payments-prod');
  const run = key === null ? null : await ledger.read.openRunOfKey(key.id);
  if (run === null) throw new Error('no run is open');
  return run;
}

test('a ledger of schema 3 says in its tables what its audit says, to the last column', async () => {
  const ledger = await aLedgerOfSchema3();
  expect(await ledger.verifyAudit()).toMatchObject({ whole: true });
  expect(await ledger.verifyTables()).toMatchObject({ whole: true });
});

test('its incident is open, and its messages are known by where they stand in Slack', async () => {
  const ledger = await aLedgerOfSchema3();
  const { incident, steps } = await openRun(ledger);
  expect(steps.go?.state).toBe('waiting');
  expect((await ledger.read.incident(incident as never))?.closedAt).toBeNull();
  expect(await ledger.outbox.find('incident', String(incident))).toMatchObject({ ts: expect.any(String) });
});

test('the approval that was asked for before the update is decided after it, and the run ends on its old text', async () => {
  const ledger = await aLedgerOfSchema3();
  const engine = await openEngine(await shippedDeps(ledger, () => LATER));
  const { id } = await openRun(ledger);
  const [approval] = await ledger.read.openApprovalsOfRun(id);
  if (approval === undefined) throw new Error('no approval is open');
  const bob = PersonId.parse('bob');
  const { reviewHash } = await engine.review(approval.token, bob);
  const origin = { actor: 'person:bob', channel: 'slack', dedupe: { source: 'slack', id: 'later' } } as const;
  await engine.vote(approval.token, { ...origin, person: bob, vote: 'deny', reason: 'not now', reviewHash });
  await engine.advance(id);
  expect(await ledger.read.run(id)).toMatchObject({ outcome: 'failed' });
  expect(await ledger.verifyTables()).toMatchObject({ whole: true });
});
