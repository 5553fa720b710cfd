import { expect, test } from 'vitest';
import { alice, bob, MINUTE } from '../support/builders.ts';
import { anEngineWorld, from, outcomeOf, refusalOf } from '../support/engine-world.ts';
import { aPlan, aPlannedStep } from '../support/plans.ts';

const step = aPlannedStep;
const undoable = (id: string) => step(id, { uses: 'test.undoable', undo: 'undo' });
const gate = step('go', { uses: 'approve', resolve: () => ({ question: 'Replace it?', rule: 'rotate' }) });

test('a failure takes back what was done, last first, the failed step included, and then runs finally', async () => {
  const world = await anEngineWorld(aPlan([[undoable('a')], [undoable('b')], [undoable('c')]], [[step('last')]]));
  world.outside.results.set('c', () => ({ kind: 'failed', error: 'no', events: [] }));
  const rekey = await world.open();
  const id = await rekey.begin();
  expect(world.outside.undone).toEqual(['c', 'b', 'a']);
  expect(await rekey.states(id)).toEqual({ a: 'undone', b: 'undone', c: 'undone', last: 'done' });
  expect(await rekey.run(id)).toMatchObject({ outcome: 'failed', steps: { c: { error: 'no' } } });
});

test('nothing is taken back after the point of no return, and finally still runs', async () => {
  const final = step('revoke', { uses: 'test.final', undo: 'point_of_no_return' });
  const world = await anEngineWorld(aPlan([[undoable('a')], [final], [step('c')]], [[step('last')]]));
  world.outside.results.set('c', () => ({ kind: 'failed', error: 'no', events: [] }));
  const rekey = await world.open();
  const id = await rekey.begin();
  expect(world.outside.undone).toEqual([]);
  expect(await rekey.states(id)).toEqual({ a: 'done', revoke: 'done', c: 'failed', last: 'done' });
});

test('taking back has tries of its own', async () => {
  const world = await anEngineWorld(aPlan([[undoable('a')], [step('b')]]));
  world.outside.results.set('b', () => ({ kind: 'failed', error: 'no', events: [] }));
  let failures = 2;
  world.outside.beforeUndo = () => {
    failures -= 1;
    if (failures >= 0) throw new Error('503');
  };
  const rekey = await world.open();
  const id = await rekey.begin();
  await rekey.playOut(id);
  expect(await rekey.states(id)).toEqual({ a: 'undone', b: 'failed' });
});

test('what cannot be taken back is reported, and the others still are', async () => {
  const world = await anEngineWorld(aPlan([[undoable('a')], [undoable('b')], [step('c')]]));
  world.outside.results.set('c', () => ({ kind: 'failed', error: 'no', events: [] }));
  world.outside.beforeUndo = (id) => {
    if (id === 'b') throw new Error('no route to host');
  };
  const rekey = await world.open();
  const { steps, outcome } = await rekey.playOut(await rekey.begin());
  expect(steps.b).toMatchObject({ state: 'done', undoError: 'no route to host' });
  expect(steps.a).toMatchObject({ state: 'undone' });
  expect(outcome).toBe('failed');
});

test('taking back that hangs is given up like any attempt', async () => {
  const world = await anEngineWorld(aPlan([[{ ...undoable('a'), timeoutMs: 20 }], [step('b')]]));
  world.outside.results.set('b', () => ({ kind: 'failed', error: 'no', events: [] }));
  world.outside.beforeUndo = () => new Promise(() => {});
  const rekey = await world.open();
  const { steps } = await rekey.playOut(await rekey.begin());
  expect(steps.a).toMatchObject({ state: 'done', undoError: 'a did not end within 0.02 s.' });
});

test('a kind that no longer says how to take itself back is reported instead of being tried for ever', async () => {
  const world = await anEngineWorld(aPlan([[{ ...undoable('a'), uses: 'test.safe' }], [step('b')]]));
  world.outside.results.set('b', () => ({ kind: 'failed', error: 'no', events: [] }));
  const rekey = await world.open();
  const { steps, outcome } = await rekey.run(await rekey.begin());
  expect(steps.a).toMatchObject({ undoError: 'This Rekey does not know how to take back a test.safe.' });
  expect(outcome).toBe('failed');
});

test('a cancel while people are asked ends the run, takes back what was done and closes the question', async () => {
  const world = await anEngineWorld(aPlan([[undoable('a')], [gate], [step('c')]]));
  const rekey = await world.open();
  const id = await rekey.begin();
  const approval = await rekey.openApproval(id);
  await rekey.engine.cancel(id, { ...from(bob), reason: 'false alarm' });
  await rekey.queue.settle();
  expect(await rekey.run(id)).toMatchObject({ outcome: 'cancelled' });
  expect(world.outside.undone).toEqual(['a']);
  expect(await outcomeOf(rekey, approval.id)).toBe('cancelled');
  expect([...world.outside.effects.keys()]).not.toContain(`${id}.c.1`);
});

test('a cancel is in the ledger before it is answered: without the queue the run is due', async () => {
  const world = await anEngineWorld(aPlan([[gate]]));
  const rekey = await world.open();
  const id = await rekey.begin();
  rekey.queue.away = true;
  await rekey.engine.cancel(id, { ...from(bob), reason: 'false alarm' });
  expect(await rekey.ledger.leases.due(world.now(), () => false)).toEqual([id]);
});

test('two cancels are one, and stand in the timeline of the incident under the name of the first', async () => {
  const world = await anEngineWorld(aPlan([[gate]]));
  const rekey = await world.open();
  const id = await rekey.begin();
  rekey.queue.forgets = true;
  await rekey.engine.cancel(id, { ...from(bob), reason: 'false alarm' });
  await rekey.engine.cancel(id, { ...from(alice), reason: 'me too' });
  const { incident } = await rekey.run(id);
  if (incident === null) throw new Error('no incident');
  const lines = (await rekey.ledger.read.audit({ incident, limit: 50 })).filter(
    (one) => one.action === 'run_cancel_requested',
  );
  expect(lines.map((line) => line.actor)).toEqual(['person:bob']);
});

test('a cancel is refused for people who may not, for runs that ended and for runs that are ending; each is audited', async () => {
  const world = await anEngineWorld(aPlan([[step('a')]], [[step('last')]]));
  world.outside.results.set('last', ({ now }) => ({
    kind: 'wait',
    waiting: { kind: 'time', until: new Date(now().getTime() + MINUTE) },
    events: [],
  }));
  const rekey = await world.open();
  const id = await rekey.begin();
  const codes = [
    (await refusalOf(rekey.engine.cancel(id, { ...from('mallory' as typeof bob), reason: 'false alarm' }))).code,
    (await refusalOf(rekey.engine.cancel(id, { ...from(bob), reason: 'false alarm' }))).code,
  ];
  await rekey.queue.ring(world.pass(MINUTE));
  codes.push((await refusalOf(rekey.engine.cancel(id, { ...from(bob), reason: 'false alarm' }))).code);
  expect(codes).toEqual(['not_allowed', 'run_ending', 'run_over']);
  const lines = (await rekey.ledger.read.audit({ limit: 50 })).filter((line) => line.action === 'request_refused');
  expect(lines).toHaveLength(3);
  expect((await rekey.run(id)).outcome).toBe('succeeded');
});
