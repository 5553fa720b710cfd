import { chmodSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PersonId, type RunId } from '../../src/domain/ids.ts';
import { openEngine } from '../../src/engine/open-engine.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { aLedgerFile, anOpenLedger, rawLedger } from '../support/ledger-file.ts';
import { shippedDeps } from '../support/shipped-deps.ts';

const written = readFileSync(new URL('../fixtures/ledger-0002.sql', import.meta.url), 'utf8');
// A minute after the last line that the old Rekey wrote.
const LATER = new Date(Date.parse('2026-11-21T15:34:39.093Z') + 60_000);

/** The file that the Rekey of schema 2 left, opened by this one. */
async function aLedgerOfSchema2(): Promise<Ledger> {
  const file = aLedgerFile();
  rawLedger(file).exec(written);
  chmodSync(file, 0o600);
  return anOpenLedger(file, () => LATER);
}

async function runOf(ledger: Ledger, slug: string): Promise<RunId> {
  const key = await ledger.read.keyBySlug(slug);
  const run = key === null ? null : await ledger.read.openRunOfKey(key.id);
  if (run === null) throw new Error(`no run is open for ${slug}`);
  return run.id;
}

const press = (person: string) => ({
  actor: `person:${person}` as const,
  channel: 'slack' as const,
  dedupe: { source: 'slack', id: `later-${person}` },
});

test('a ledger of schema 2 says in its tables what its audit says, to the last column', async () => {
  const ledger = await aLedgerOfSchema2();
  expect(await ledger.verifyAudit()).toMatchObject({ whole: true });
  expect(await ledger.verifyTables()).toMatchObject({ whole: true });
});

test('its runs, questions and approvals are read as they were left', async () => {
  const ledger = await aLedgerOfSchema2();
  const waiting = async (slug: string) => {
    const run = await ledger.read.run(await runOf(ledger, slug));
    return Object.values(run?.steps ?? {}).flatMap((step) =>
      step.state === 'waiting' ? [[step.step, step.waiting.kind]] : [],
    );
  };
  expect(await waiting('at-approval')).toEqual([['go', 'approval']]);
  expect(await waiting('at-question')).toEqual([['restored', 'ask']]);
  expect(await ledger.read.openRotationOf('planned')).toMatchObject({ state: 'scheduled' });
});

test('an approval that was asked for before the update is decided after it, and the run ends on its old text', async () => {
  const ledger = await aLedgerOfSchema2();
  const engine = await openEngine(await shippedDeps(ledger, () => LATER));
  const id = await runOf(ledger, 'at-approval');
  const [approval] = await ledger.read.openApprovalsOfRun(id);
  if (approval === undefined) throw new Error('no approval is open');
  const bob = PersonId.parse('bob');
  const { reviewHash } = await engine.review(approval.token, bob);
  const vote = { ...press('bob'), person: bob, vote: 'deny', reason: 'not now', reviewHash } as const;
  await engine.vote(approval.token, vote);
  await engine.advance(id);
  expect(await ledger.read.run(id)).toMatchObject({ outcome: 'failed' });
  expect(await ledger.verifyTables()).toMatchObject({ whole: true });
});

test('a question that was put before the update is answered after it, and the run goes on with the next one', async () => {
  const ledger = await aLedgerOfSchema2();
  const engine = await openEngine(await shippedDeps(ledger, () => LATER));
  const id = await runOf(ledger, 'at-question');
  const [ask] = await ledger.read.openAsksOfRun(id);
  if (ask === undefined) throw new Error('no question is open');
  const answer = { ...press('carol'), person: PersonId.parse('carol'), yes: true, evidence: 'version 11' };
  await engine.answer(ask.token, answer);
  await engine.advance(id);
  const run = await ledger.read.run(id);
  expect(run?.steps.restored?.state).toBe('done');
  expect(run?.steps.node_healthy?.state).toBe('waiting');
  expect(await ledger.verifyTables()).toMatchObject({ whole: true });
});
