import { expect, test } from 'vitest';
import type { RunId } from '../../src/domain/ids.ts';
import { openSweep } from '../../src/engine/sweep.ts';
import { PermanentFailure } from '../../src/errors.ts';
import { LedgerTrouble } from '../../src/ledger/trouble.ts';
import type { StepContext, StepResult } from '../../src/steps/contract.ts';
import { alice, MINUTE } from '../support/builders.ts';
import { anEngineWorld, type EngineProcess, from, SOMEBODY } from '../support/engine-world.ts';
import { rawLedger } from '../support/ledger-file.ts';
import { aPlan, aPlannedStep } from '../support/plans.ts';

const step = aPlannedStep;
const countOf = (effects: Map<string, number>) => [...effects.values()];
const waitsUntil =
  (ms: number) =>
  ({ now }: StepContext): StepResult => ({
    kind: 'wait',
    waiting: { kind: 'time', until: new Date(now().getTime() + ms) },
    events: [],
  });

function leaseOf(file: string, run: RunId) {
  return rawLedger(file).prepare('select lease_owner, lease_until, wake_at from runs where id = ?').get(run);
}

/** Holds a step's attempt open until told otherwise. */
function gate() {
  const { promise, resolve } = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  const hold = () => {
    reached.resolve();
    return promise;
  };
  return { hold, reached: reached.promise, open: resolve };
}

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
  rekey.queue.forgets = true;
  const id = await rekey.begin();
  const sweep = openSweep(rekey.deps);
  await sweep.once();
  await sweep.inlineEnded();
  expect(world.outside.effects.size).toBe(0);
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

test('a failed attempt is tried again after a growing pause, with the same token, and no more often than it may', async () => {
  const world = await anEngineWorld(aPlan([[step('a', { retry: { attempts: 3, backoffMs: 1_000 } })]]));
  const tokens: string[] = [];
  world.outside.before = (_id, { step: { token } }) => {
    tokens.push(token);
    throw new Error('503');
  };
  const rekey = await world.open();
  const id = await rekey.begin();
  const first = (await rekey.run(id)).steps.a;
  expect(first).toMatchObject({ state: 'waiting', waiting: { kind: 'retry', error: '503' } });
  const pauses: number[] = [];
  for (let i = 0; i < 2; i++) {
    const record = (await rekey.run(id)).steps.a;
    const until = record?.state === 'waiting' ? record.waiting.until : null;
    if (until === null) throw new Error('does not wait');
    pauses.push(until.getTime() - world.now().getTime());
    world.pass(pauses.at(-1) ?? 0);
    await rekey.engine.advance(id);
  }
  expect(pauses[0]).toBeGreaterThanOrEqual(1_000);
  expect(pauses[0]).toBeLessThanOrEqual(1_250);
  expect(pauses[1]).toBeGreaterThanOrEqual(2_000);
  expect((await rekey.run(id)).outcome).toBe('failed');
  expect(new Set(tokens)).toEqual(new Set([`${id}.a.1`]));
  expect(tokens).toHaveLength(3);
});

test('a permanent failure is not tried again', async () => {
  const world = await anEngineWorld(aPlan([[step('a')]]));
  let attempts = 0;
  world.outside.before = () => {
    attempts += 1;
    throw new PermanentFailure('this will never do');
  };
  const rekey = await world.open();
  const id = await rekey.begin();
  expect((await rekey.run(id)).steps.a).toMatchObject({ state: 'failed', error: 'this will never do' });
  expect(attempts).toBe(1);
});

test('an answer that got lost on the way is asked for before the effect is repeated', async () => {
  const world = await anEngineWorld(aPlan([[step('mint', { uses: 'test.probe', repeat: 'probe' })]]));
  let lost = false;
  world.outside.after = () => {
    if (lost) return;
    lost = true;
    throw new Error('socket hang up');
  };
  const rekey = await world.open();
  const id = await rekey.begin();
  expect((await rekey.playOut(id)).outcome).toBe('succeeded');
  expect(countOf(world.outside.effects)).toEqual([1]);
});

test.each([
  ['that nobody can look up', { uses: 'test.ask', repeat: 'ask', retry: { attempts: 1, backoffMs: 1 } }],
  [
    'that may be past the point of no return',
    { uses: 'test.final', undo: 'point_of_no_return', retry: { attempts: 2, backoffMs: 1 } },
  ],
] as const)('an effect %s is never guessed: a person says whether it happened', async (_what, of) => {
  const world = await anEngineWorld(aPlan([[step('a', { uses: 'test.undoable', undo: 'undo' })], [step('b', of)]]));
  world.outside.after = (id) => {
    if (id === 'b') throw new Error('socket hang up');
  };
  const rekey = await world.open();
  const id = await rekey.begin();
  await rekey.playOut(id);
  expect((await rekey.run(id)).steps.b).toMatchObject({
    state: 'in_doubt',
    question: 'b failed: socket hang up Did it take effect all the same?',
  });
  expect(world.outside.undone).toEqual([]);
});

test('a step that failed when it went on from its wait goes on from there, and does not ask again', async () => {
  const world = await anEngineWorld(aPlan([[step('a')]]));
  world.outside.results.set('a', waitsUntil(MINUTE));
  const rekey = await world.open();
  const id = await rekey.begin();
  let failures = 2;
  world.outside.before = () => {
    failures -= 1;
    if (failures >= 0) throw new Error('the policy file is being written');
  };
  expect((await rekey.playOut(id)).outcome).toBe('succeeded');
  expect(countOf(world.outside.effects)).toEqual([1]);
  expect(world.outside.resumed).toEqual(['a']);
});

test('a ledger in trouble fails no step: the run is put back and goes on later', async () => {
  const world = await anEngineWorld(aPlan([[step('a', { uses: 'test.probe', repeat: 'probe' })], [step('b')]]));
  const rekey = await world.open();
  rekey.queue.forgets = true;
  const id = await rekey.begin();
  let recordings = 0;
  rekey.mortal.beforeRecord = () => {
    recordings += 1;
    if (recordings === 2) throw new LedgerTrouble('ledger_full', 'The disk of the ledger is full.');
  };
  await expect(rekey.engine.advance(id)).rejects.toBeInstanceOf(LedgerTrouble);
  expect((await rekey.run(id)).steps.a?.state).toBe('started');
  expect(await rekey.ledger.leases.due(world.now(), () => false)).toEqual([]);
  expect(await rekey.ledger.leases.due(world.pass(5_000), () => false)).toEqual([id]);
  await rekey.engine.advance(id);
  expect((await rekey.run(id)).outcome).toBe('succeeded');
  expect(countOf(world.outside.effects)).toEqual([1, 1]);
});

test('when one of two parallel steps meets trouble, the run is not given away while the other is under way', async () => {
  const world = await anEngineWorld(aPlan([[step('quick'), step('slow', { uses: 'test.probe', repeat: 'probe' })]]));
  const [rekey, other] = [await world.open(), await world.open({ owner: `${SOMEBODY}2` })];
  rekey.queue.forgets = true;
  const id = await rekey.begin();
  const { hold, reached, open } = gate();
  world.outside.before = (name) => (name === 'slow' ? hold() : undefined);
  let recordings = 0;
  rekey.mortal.beforeRecord = () => {
    recordings += 1;
    if (recordings === 3) throw new LedgerTrouble('ledger_full', 'The disk of the ledger is full.');
  };
  const working = rekey.engine.advance(id).catch((error: unknown) => error);
  await reached;
  await expect.poll(() => recordings).toBe(3);
  await other.engine.advance(id);
  open();
  expect(await working).toBeInstanceOf(LedgerTrouble);
  expect(world.outside.effects.get(`${id}.slow.1`)).toBe(1);
  world.pass(5_000);
  await other.engine.advance(id);
  expect((await other.run(id)).outcome).toBe('succeeded');
  expect(world.outside.effects.get(`${id}.slow.1`)).toBe(1);
});

test('events that the ledger refuses fail the step; the run does not come back to it for ever', async () => {
  const world = await anEngineWorld(aPlan([[step('a')]]));
  world.outside.results.set('a', () => ({
    kind: 'done',
    outputs: {},
    events: [{ type: 'key_expired', key: 'key-none' as never }],
  }));
  const rekey = await world.open();
  const id = await rekey.begin();
  const after = await rekey.playOut(id);
  expect(after.outcome).toBe('failed');
  expect(after.steps.a).toMatchObject({
    state: 'failed',
    error: expect.stringContaining('The ledger refused what a reported'),
  });
  expect(after.steps.a?.attempts).toBe(3);
});

test('outputs that break the schema of their own step fail it', async () => {
  const world = await anEngineWorld(aPlan([[step('a')]]));
  world.outside.results.set('a', () => ({ kind: 'done', outputs: { token: 7 }, events: [] }));
  const rekey = await world.open();
  expect((await rekey.run(await rekey.begin())).steps.a).toMatchObject({ state: 'failed' });
});

test('a step kind that this Rekey does not know fails the run and takes back what was done', async () => {
  const world = await anEngineWorld(
    aPlan([[step('a', { uses: 'test.undoable', undo: 'undo' })], [step('b', { uses: 'key.teleport' })]]),
  );
  const rekey = await world.open();
  const id = await rekey.begin();
  expect(await rekey.states(id)).toEqual({ a: 'undone', b: 'failed' });
});

test('an attempt that takes too long is given up', async () => {
  const world = await anEngineWorld(aPlan([[step('a', { timeoutMs: 30, retry: { attempts: 1, backoffMs: 1 } })]]));
  const { hold, open } = gate();
  world.outside.before = hold;
  const rekey = await world.open();
  const id = await rekey.begin();
  expect((await rekey.run(id)).steps.a).toMatchObject({ state: 'failed', error: 'a did not end within 0.03 s.' });
  open();
});

test('a run that a step started is waited for, and its end wakes its parent', async () => {
  const child = { ...aPlan([[step('inner')]]), hash: 'c'.repeat(64) };
  const parent = aPlan([
    [step('fan', { uses: 'runbook.start', resolve: () => ({ runbook: 'R-CHILD', inputs: {} }) })],
    [step('after')],
  ]);
  const world = await anEngineWorld(parent);
  const rekey = await world.open();
  rekey.queue.forgets = true;
  const id = await rekey.begin();
  world.setPlan(child);
  rekey.queue.forgets = false;
  await rekey.engine.advance(id);
  const childId = `${id}-fan-1` as RunId;
  expect(await rekey.run(id)).toMatchObject({
    finishedAt: null,
    steps: { fan: { waiting: { kind: 'run', id: childId } } },
  });
  await rekey.engine.advance(childId);
  await rekey.queue.settle();
  expect(await rekey.run(childId)).toMatchObject({ outcome: 'succeeded', parent: { run: id, step: 'fan' } });
  expect(await rekey.run(id)).toMatchObject({ outcome: 'succeeded' });
});

test('a run that fails cancels what it started and waits for', async () => {
  const child = { ...aPlan([[step('inner')]]), hash: 'c'.repeat(64) };
  const fan = step('fan', { uses: 'runbook.start', resolve: () => ({ runbook: 'R-CHILD', inputs: {} }) });
  const world = await anEngineWorld(aPlan([[fan, step('beside')]]));
  world.outside.results.set('inner', waitsUntil(60 * MINUTE));
  const rekey = await world.open();
  rekey.queue.forgets = true;
  const id = await rekey.begin();
  world.setPlan(child);
  world.outside.results.set('beside', () => ({ kind: 'failed', error: 'no', events: [] }));
  await rekey.engine.advance(id);
  expect(await rekey.run(id)).toMatchObject({ outcome: 'failed' });
  const childId = `${id}-fan-1` as RunId;
  await rekey.engine.advance(childId);
  expect(await rekey.run(childId)).toMatchObject({ outcome: 'cancelled' });
});

test('cancelling a run cancels what it started and waits for', async () => {
  const child = { ...aPlan([[step('inner')]]), hash: 'c'.repeat(64) };
  const world = await anEngineWorld(
    aPlan([[step('fan', { uses: 'runbook.start', resolve: () => ({ runbook: 'R-CHILD', inputs: {} }) })]]),
  );
  world.outside.results.set('inner', waitsUntil(60 * MINUTE));
  const rekey = await world.open();
  rekey.queue.forgets = true;
  const id = await rekey.begin();
  world.setPlan(child);
  await rekey.engine.advance(id);
  const childId = `${id}-fan-1` as RunId;
  await rekey.engine.advance(childId);
  await rekey.engine.cancel(id, { ...from(alice), reason: 'false alarm' });
  const advanceAll = async (of: EngineProcess) => {
    for (const due of await of.ledger.leases.due(world.now(), () => false)) await of.engine.advance(due);
  };
  await advanceAll(rekey);
  expect(await rekey.run(childId)).toMatchObject({ outcome: 'cancelled' });
  expect(await rekey.run(id)).toMatchObject({ outcome: 'cancelled' });
});
