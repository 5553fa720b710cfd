import { randomBytes } from 'node:crypto';
import { chmodSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PersonId, type RunId } from '../../src/domain/ids.ts';
import type { EngineDeps } from '../../src/engine/deps.ts';
import { openEngine } from '../../src/engine/open-engine.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { ledgerProvider } from '../../src/providers/ledger-provider.ts';
import { openPepper } from '../../src/providers/pepper.ts';
import { openVault } from '../../src/providers/seal.ts';
import { nobodyEnrolled } from '../../src/providers/step-up.ts';
import { loadClassRule, loadPolicy } from '../../src/runbook/policy-file.ts';
import { openRunbookSet } from '../../src/runbook/runbook-set.ts';
import { stepKinds } from '../../src/steps/index.ts';
import { SOMEBODY } from '../support/engine-world.ts';
import { aLedgerFile, anOpenLedger, rawLedger } from '../support/ledger-file.ts';
import { noConnections } from '../support/no-connections.ts';
import { settlingQueue } from '../support/settling-queue.ts';

const written = readFileSync(new URL('../fixtures/ledger-0002.sql', import.meta.url), 'utf8');
const RUNBOOKS = new URL('../../runbooks', import.meta.url).pathname;
// A minute after the last line that the old Rekey wrote.
const LATER = new Date(Date.parse('2026-11-21T15:34:39.093Z') + 60_000);

/** The file that the Rekey of schema 2 left, opened by this one. */
async function aLedgerOfSchema2(): Promise<Ledger> {
  const file = aLedgerFile();
  rawLedger(file).exec(written);
  chmodSync(file, 0o600);
  return anOpenLedger(file, () => LATER);
}

async function anEngineOn(ledger: Ledger) {
  const [pepper, vault] = [openPepper('p1', randomBytes(32)), openVault({ id: 'aaaa1111', bytes: randomBytes(32) })];
  const now = () => LATER;
  const queue = settlingQueue();
  let fresh = 0;
  const deps: EngineDeps = {
    ledger,
    queue,
    runbooks: await openRunbookSet(RUNBOOKS, stepKinds),
    policy: () => loadPolicy(RUNBOOKS),
    classRule: (keyClass) => loadClassRule(RUNBOOKS, keyClass),
    connections: noConnections,
    stepKinds: new Map(stepKinds.map((kind) => [kind.uses, kind])),
    providers: { ledger: ledgerProvider({ ledger: ledger.read, pepper, vault, probeHosts: [], now }) },
    sinks: {},
    vault,
    stepUp: nobodyEnrolled,
    now,
    newId: (prefix) => {
      fresh += 1;
      return `${prefix}-later-${fresh}`;
    },
    saveReport: async (name) => name,
    log: { info: () => {}, warn: () => {}, error: () => {} },
    faultPoint: () => {},
    owner: SOMEBODY,
  };
  return openEngine(deps);
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
  const engine = await anEngineOn(ledger);
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
  const engine = await anEngineOn(ledger);
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
