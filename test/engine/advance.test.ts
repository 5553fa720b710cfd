import { expect, test } from 'vitest';
import type { RunId } from '../../src/domain/ids.ts';
import { openSweep } from '../../src/engine/sweep.ts';
import { MINUTE } from '../support/builders.ts';
import { anEngineWorld, SOMEBODY } from '../support/engine-world.ts';
import { countOf, gate, leaseOf, waitsUntil } from '../support/holding.ts';
import { aPlan, aPlannedStep } from '../support/plans.ts';

const step = aPlannedStep;

test('a run goes through its stages and finally, each step once', async () => {
  const world = await anEngineWorld(aPlan([[step('a')], [step('b'), step('c')], [step('d')]], [[step('last')]]));
  const rekey = await world.open();
  const id = await rekey.begin();
  expect(await rekey.run(id)).toMatchObject({ outcome: 'succeeded' });
  expect([...world.outside.effects.keys()].map((token) => token.split('.')[1])).toEqual(['a', 'b', 'c', 'd', 'last']);
  expect(countOf(world.outside.effects)).toEqual([1, 1, 1, 1, 1]);
});

test('a waiting run holds no lease, no worker and no job, and wakes by its row alone', async () => {
  const world = await anEngineWorld(aPlan([[step('a')]]));
  world.outside.results.set('a', waitsUntil(10 * MINUTE));
  const rekey = await world.open();
  const id = await rekey.begin();
  expect(leaseOf(world.file, id)).toEqual({
    lease_owner: null,
    lease_until: null,
    wake_at: new Date(world.now().getTime() + 10 * MINUTE).toISOString(),
  });
  expect(rekey.queue.alarms).toHaveLength(1);
});

test('an alarm rings when its time has come', async () => {
  const world = await anEngineWorld(aPlan([[step('a')]]));
  world.outside.results.set('a', waitsUntil(10 * MINUTE));
  const rekey = await world.open();
  const id = await rekey.begin();
  await rekey.queue.ring(world.pass(9 * MINUTE));
  expect((await rekey.run(id)).finishedAt).toBeNull();
  await rekey.queue.ring(world.pass(MINUTE));
  expect((await rekey.run(id)).outcome).toBe('succeeded');
});

test('a queue that lost everything loses no run: the sweep wakes what is due', async () => {
  const world = await anEngineWorld(aPlan([[step('a')]]));
  world.outside.results.set('a', waitsUntil(10 * MINUTE));
  const rekey = await world.open();
  const id = await rekey.begin();
  rekey.queue.alarms = [];
  const sweep = openSweep(rekey.deps);
  world.pass(10 * MINUTE - 1);
  await sweep.once();
  await rekey.queue.settle();
  expect((await rekey.run(id)).finishedAt).toBeNull();
  world.pass(1);
  await sweep.once();
  await rekey.queue.settle();
  expect((await rekey.run(id)).outcome).toBe('succeeded');
});

test('a queue that takes a wake and never rings holds a run up for one round of the sweep', async () => {
  const world = await anEngineWorld(aPlan([[step('a')]]));
  const rekey = await world.open();
  const sweep = openSweep(rekey.deps);
  await sweep.once();
  rekey.queue.forgets = true;
  const id = await rekey.begin();
  await sweep.once();
  await sweep.inlineEnded();
  expect(world.outside.effects.size).toBe(0);
  await sweep.once();
  await sweep.inlineEnded();
  expect((await rekey.run(id)).outcome).toBe('succeeded');
});

test('what a crash left goes on at the first look, whatever the queue remembers', async () => {
  const world = await anEngineWorld(aPlan([[step('a')]]));
  const rekey = await world.open();
  rekey.queue.forgets = true;
  const id = await rekey.begin();
  const sweep = openSweep(rekey.deps);
  await sweep.once();
  await sweep.inlineEnded();
  expect((await rekey.run(id)).outcome).toBe('succeeded');
});

test('with the queue away an emergency runs right here', async () => {
  const world = await anEngineWorld(aPlan([[step('a')], [step('b')]]));
  const rekey = await world.open();
  rekey.queue.away = true;
  const id = await rekey.begin();
  expect(world.outside.effects.size).toBe(0);
  const sweep = openSweep(rekey.deps);
  await sweep.once();
  await sweep.inlineEnded();
  expect((await rekey.run(id)).outcome).toBe('succeeded');
});

test('with the queue away a slow run does not keep the sweep from the others', async () => {
  const world = await anEngineWorld(aPlan([[step('slow')]]));
  const rekey = await world.open();
  rekey.queue.away = true;
  const slow = await rekey.begin();
  const { hold, reached, open } = gate();
  world.outside.before = (id) => (id === 'slow' ? hold() : undefined);
  const sweep = openSweep(rekey.deps);
  await sweep.once();
  await reached;
  // A second run becomes due while the first one is still under way here.
  await rekey.ledger.record({ at: world.now(), actor: 'system:test', channel: 'cli' }, async ({ read }) => {
    const run = await read.run(slow);
    if (run === null) throw new Error('gone');
    const other = { ...run, id: 'run-other' as RunId, key: null, steps: {} };
    return { events: [{ type: 'run_started', run: other }], result: null };
  });
  world.outside.before = () => {};
  await sweep.once();
  await expect.poll(async () => (await rekey.run('run-other' as RunId)).outcome).toBe('succeeded');
  expect((await rekey.run(slow)).finishedAt).toBeNull();
  open();
  await sweep.inlineEnded();
  expect((await rekey.run(slow)).outcome).toBe('succeeded');
});

test('two workers on one run: one works, the other leaves quietly', async () => {
  const world = await anEngineWorld(aPlan([[step('a')]]));
  const [one, other] = [await world.open(), await world.open({ owner: `${SOMEBODY}2` })];
  one.queue.forgets = true;
  const id = await one.begin();
  const { hold, reached, open } = gate();
  world.outside.before = hold;
  const working = one.engine.advance(id);
  await reached;
  await other.engine.advance(id);
  expect((await other.run(id)).steps.a?.state).toBe('started');
  open();
  await working;
  expect((await other.run(id)).outcome).toBe('succeeded');
  expect(countOf(world.outside.effects)).toEqual([1]);
});

test('a worker that was paused for longer than its lease changes nothing when it wakes up', async () => {
  const world = await anEngineWorld(aPlan([[step('a', { uses: 'test.probe', repeat: 'probe' })], [step('b')]]));
  const [zombie, heir] = [await world.open(), await world.open({ owner: `${SOMEBODY}2` })];
  zombie.queue.forgets = true;
  const id = await zombie.begin();
  const { hold, reached, open } = gate();
  let attempts = 0;
  world.outside.after = () => {
    attempts += 1;
    return attempts === 1 ? hold() : undefined;
  };
  const working = zombie.engine.advance(id);
  await reached;
  world.pass(MINUTE);
  await heir.engine.advance(id);
  expect((await heir.run(id)).outcome).toBe('succeeded');
  const whole = await heir.ledger.verifyAudit();
  open();
  await working;
  expect(await heir.ledger.verifyAudit()).toEqual(whole);
  expect(countOf(world.outside.effects)).toEqual([1, 1]);
});

test('a worker that lost its lease between two steps does not begin the second', async () => {
  const world = await anEngineWorld(aPlan([[step('a')], [step('b', { uses: 'test.probe', repeat: 'probe' })]]));
  const [zombie, heir] = [await world.open(), await world.open({ owner: `${SOMEBODY}2` })];
  zombie.queue.forgets = true;
  const id = await zombie.begin();
  // The heir takes the run right after the first outcome, and is then slow with the second step.
  const { hold, reached, open } = gate();
  world.outside.before = (name) => (name === 'b' ? hold() : undefined);
  let heirWork: Promise<void> | undefined;
  zombie.deps.faultPoint = (place, name) => {
    if (place !== 'outcome' || name !== 'a') return;
    world.pass(MINUTE);
    heirWork = heir.engine.advance(id);
  };
  const zombieWork = zombie.engine.advance(id);
  await reached;
  await zombieWork;
  open();
  await heirWork;
  expect(countOf(world.outside.effects)).toEqual([1, 1]);
  expect((await heir.run(id)).outcome).toBe('succeeded');
});

test('a worker that lost its lease takes nothing back', async () => {
  const plan = aPlan([[step('a', { uses: 'test.undoable', undo: 'undo' })], [step('b')]]);
  const world = await anEngineWorld(plan);
  world.outside.results.set('b', () => ({ kind: 'failed', error: 'no', events: [] }));
  const [zombie, heir] = [await world.open(), await world.open({ owner: `${SOMEBODY}2` })];
  zombie.queue.forgets = true;
  const id = await zombie.begin();
  const { hold, reached, open } = gate();
  world.outside.beforeUndo = hold;
  // The heir takes the run in the moment between the outcome of b and what follows from it.
  let heirWork: Promise<void> | undefined;
  const record = zombie.deps.ledger.record;
  zombie.deps.ledger.record = async (context, work) => {
    const result = await record(context, work);
    if ((await zombie.run(id)).steps.b?.state === 'failed' && heirWork === undefined) {
      world.pass(MINUTE);
      heirWork = heir.engine.advance(id);
      await reached;
    }
    return result;
  };
  await zombie.engine.advance(id);
  open();
  await heirWork;
  expect(world.outside.undone).toEqual(['a']);
});
