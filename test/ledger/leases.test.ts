import { expect, test } from 'vitest';
import { aRun, aStep, minutesAfter, NOON } from '../support/builders.ts';
import { aLedgerFile, anOpenLedger, BEGINNING, recordEvents } from '../support/ledger-file.ts';

const run = aRun().id;
const taken = () => false;
const free = () => true;
const holder = (owner: string, minutes = 1) => ({ owner, until: minutesAfter(NOON, minutes), now: NOON, free: taken });

async function aLedgerWithARun() {
  const ledger = await anOpenLedger();
  await recordEvents(ledger, BEGINNING);
  return ledger;
}

test('of many workers that reach for one run at once, on several connections, exactly one gets it', async () => {
  const file = aLedgerFile();
  const ledgers = [await anOpenLedger(file), await anOpenLedger(file), await anOpenLedger(file)];
  await recordEvents(ledgers[0] as (typeof ledgers)[0], BEGINNING);
  const tries = ledgers.flatMap(({ leases }, i) => [0, 1, 2].map((j) => leases.take(run, holder(`host:${i}:${j}`))));
  const leases = (await Promise.all(tries)).filter((lease) => lease !== null);
  expect(leases).toEqual([{ run, epoch: 1 }]);
});

test('a lease is respected until it runs out or its owner is known to be gone', async () => {
  const { leases } = await aLedgerWithARun();
  await leases.take(run, holder('a:1:x'));
  expect(await leases.take(run, holder('b:2:y'))).toBeNull();
  expect(await leases.take(run, { ...holder('b:2:y'), free })).toEqual({ run, epoch: 2 });
  const later = { owner: 'c:3:z', until: minutesAfter(NOON, 9), now: minutesAfter(NOON, 1), free: taken };
  expect(await leases.take(run, later)).toEqual({ run, epoch: 3 });
});

test('a lease that was taken over can be neither prolonged nor given back', async () => {
  const { leases } = await aLedgerWithARun();
  const old = await leases.take(run, holder('a:1:x'));
  const young = await leases.take(run, { ...holder('b:2:y'), free });
  if (old === null || young === null) throw new Error('not taken');
  const seq = await leases.wakeSeq(run);
  expect(await leases.renew(old, minutesAfter(NOON, 99))).toBe(false);
  expect(await leases.sleep(old, { seq, wakeAt: null })).toBe(false);
  expect(await leases.take(run, holder('c:3:z'))).toBeNull();
  expect(await leases.renew(young, minutesAfter(NOON, 5))).toBe(true);
});

test('whoever goes to sleep notices that something woke the run meanwhile', async () => {
  const { leases } = await aLedgerWithARun();
  const lease = await leases.take(run, holder('a:1:x'));
  if (lease === null) throw new Error('not taken');
  const seq = await leases.wakeSeq(run);
  await leases.wake(run, NOON);
  expect(await leases.sleep(lease, { seq, wakeAt: null })).toBe(false);
  expect(await leases.sleep(lease, { seq: await leases.wakeSeq(run), wakeAt: null })).toBe(true);
});

test('a run is due when its time has come, nobody holds it and it has not ended', async () => {
  const ledger = await aLedgerWithARun();
  const { leases } = ledger;
  expect(await leases.due(NOON, taken)).toEqual([run]);
  const lease = await leases.take(run, holder('a:1:x'));
  if (lease === null) throw new Error('not taken');
  expect(await leases.due(NOON, taken)).toEqual([]);
  expect(await leases.due(NOON, free)).toEqual([run]);
  await leases.sleep(lease, { seq: await leases.wakeSeq(run), wakeAt: minutesAfter(NOON, 5) });
  expect(await leases.due(minutesAfter(NOON, 4), taken)).toEqual([]);
  expect(await leases.due(minutesAfter(NOON, 5), taken)).toEqual([run]);
  await recordEvents(ledger, [{ type: 'run_finished', run, outcome: 'failed', why: '' }]);
  expect(await leases.due(minutesAfter(NOON, 99), free)).toEqual([]);
  expect(await leases.take(run, { ...holder('b:2:y'), free })).toBeNull();
});

test('a wake inside a recording is as durable as what it is about', async () => {
  const ledger = await aLedgerWithARun();
  const lease = await ledger.leases.take(run, holder('a:1:x'));
  if (lease === null) throw new Error('not taken');
  await ledger.leases.sleep(lease, { seq: 0, wakeAt: null });
  const settle = async (fails: boolean) =>
    ledger.record({ at: NOON, actor: 'person:alice', channel: 'slack' }, async (tx) => {
      await tx.wake(run);
      if (fails) throw new Error('no');
      return {
        events: [{ type: 'step_recorded', run, record: aStep('go', { state: 'done', outputs: {} }) }],
        result: null,
      };
    });
  await settle(true).catch(() => {});
  expect(await ledger.leases.due(NOON, taken)).toEqual([]);
  await settle(false);
  expect(await ledger.leases.due(NOON, taken)).toEqual([run]);
});
