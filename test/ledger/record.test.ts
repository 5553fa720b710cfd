import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LedgerEvent } from '../../src/domain/event.ts';
import { IncidentId, KeyId, RunId } from '../../src/domain/ids.ts';
import { LeaseLost } from '../../src/ledger/ledger.ts';
import { aKey, anApproval, anAsk, anIncident, aRun, aStep, carol, NOON } from '../support/builders.ts';
import { aLedgerFile, anOpenLedger, BEGINNING, rawLedger, recordEvents } from '../support/ledger-file.ts';

const TABLES = [
  'keys',
  'incidents',
  'runs',
  'steps',
  'approvals',
  'asks',
  'rotations',
  'audit',
  'messages',
  'outbox',
  'dedupe',
];

const ofEverything: LedgerEvent[] = [
  ...BEGINNING,
  { type: 'approval_requested', approval: anApproval() },
  { type: 'ask_opened', ask: anAsk() },
  { type: 'step_recorded', run: aRun().id, record: aStep('go', { state: 'done', outputs: {} }) },
];
const impossible: LedgerEvent = { type: 'key_activated', key: KeyId.parse('key-none') };

test('records all of it or none: an event that fails anywhere leaves no row, no audit line and no message', async () => {
  const file = aLedgerFile();
  const ledger = await anOpenLedger(file);
  const raw = rawLedger(file);
  const rows = () => TABLES.map((table) => raw.prepare(`select count(*) from ${table}`).pluck().get());
  const nothing = rows();
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: ofEverything.length }), async (at) => {
      const events = [...ofEverything.slice(0, at), impossible, ...ofEverything.slice(at)];
      await expect(recordEvents(ledger, events)).rejects.toThrow();
      expect(rows()).toEqual(nothing);
    }),
  );
  await recordEvents(ledger, ofEverything);
  expect(rows()).not.toEqual(nothing);
});

test('what is thrown while deciding leaves nothing either, the remembered request included', async () => {
  const file = aLedgerFile();
  const ledger = await anOpenLedger(file);
  const deciding = ledger.record({ at: NOON, actor: 'person:carol', channel: 'slack' }, async (tx) => {
    await tx.remember('slack', 'trigger-1', { run: null, incident: null });
    throw new Error('changed my mind');
  });
  await expect(deciding).rejects.toThrow('changed my mind');
  expect(rawLedger(file).prepare('select count(*) from dedupe').pluck().get()).toBe(0);
});

test('no audit line can be written: nothing is changed', async () => {
  const file = aLedgerFile();
  const ledger = await anOpenLedger(file);
  rawLedger(file).exec("create trigger no_audit before insert on audit begin select raise(abort, 'no room'); end");
  await expect(recordEvents(ledger, BEGINNING)).rejects.toThrow('no room');
  expect(await ledger.read.key(aKey().id)).toBeNull();
});

test('listeners hear of what is durable, and of nothing else', async () => {
  const ledger = await anOpenLedger();
  let heard = 0;
  const stop = ledger.onRecorded(() => {
    heard += 1;
  });
  await recordEvents(ledger, BEGINNING);
  await recordEvents(ledger, [impossible]).catch(() => {});
  expect(heard).toBe(1);
  stop();
  await recordEvents(ledger, [{ type: 'key_expired', key: aKey().id }]);
  expect(heard).toBe(1);
});

test('a worker whose lease is gone records nothing', async () => {
  const ledger = await anOpenLedger();
  await recordEvents(ledger, BEGINNING);
  const holder = { owner: 'a:1:x', until: NOON, now: NOON, free: () => true };
  const old = await ledger.leases.take(aRun().id, holder);
  await ledger.leases.take(aRun().id, holder);
  const event: LedgerEvent = { type: 'step_recorded', run: aRun().id, record: aStep('go', { state: 'started' }) };
  if (old === null) throw new Error('the run could not be taken');
  await expect(recordEvents(ledger, [event], { lease: old })).rejects.toBeInstanceOf(LeaseLost);
  expect((await ledger.read.run(aRun().id))?.steps).toEqual({});
  expect(await ledger.verifyAudit()).toMatchObject({ entries: 3 });
});

test('a run that has ended can be written by no lease', async () => {
  const ledger = await anOpenLedger();
  await recordEvents(ledger, BEGINNING);
  const lease = await ledger.leases.take(aRun().id, { owner: 'a:1:x', until: NOON, now: NOON, free: () => true });
  if (lease === null) throw new Error('the run could not be taken');
  await recordEvents(ledger, [{ type: 'run_finished', run: aRun().id, outcome: 'succeeded', why: '' }], { lease });
  await expect(recordEvents(ledger, [{ type: 'key_expired', key: aKey().id }], { lease })).rejects.toBeInstanceOf(
    LeaseLost,
  );
});

test('an answer that comes while a step is put to wait for it is not lost', async () => {
  const ledger = await anOpenLedger();
  await recordEvents(ledger, [...BEGINNING, { type: 'ask_opened', ask: anAsk() }]);
  const waits: LedgerEvent = {
    type: 'step_recorded',
    run: aRun().id,
    record: aStep('redeployed', {
      state: 'waiting',
      waiting: { kind: 'ask', id: anAsk().id, until: null },
      answered: false,
    }),
  };
  await recordEvents(ledger, [waits]);
  expect((await ledger.read.run(aRun().id))?.steps.redeployed).toMatchObject({ answered: false });
  await recordEvents(ledger, [{ type: 'ask_answered', ask: anAsk().id, yes: true, evidence: '', by: carol }]);
  // A worker looked before the answer came and writes down now that it goes on waiting.
  await recordEvents(ledger, [waits]);
  expect((await ledger.read.run(aRun().id))?.steps.redeployed).toMatchObject({ answered: true });
});

test('the line of a decision carries the incident and run that it belongs to', async () => {
  const ledger = await anOpenLedger();
  await recordEvents(ledger, BEGINNING);
  const lines = await ledger.read.audit({ incident: anIncident().id, limit: 10 });
  expect(lines.map((line) => [line.action, line.subject, line.run])).toEqual([
    ['run_started', 'run:run-1', RunId.parse('run-1')],
    ['incident_opened', `incident:${IncidentId.parse('inc-1')}`, null],
  ]);
});
