import { expect, test } from 'vitest';
import type { StepResult } from '../../src/steps/contract.ts';
import { bob } from '../support/builders.ts';
import { anEngineWorld, from, openDying } from '../support/engine-world.ts';
import { aPlan, aPlannedStep } from '../support/plans.ts';

const step = aPlannedStep;
const undoable = (id: string) => step(id, { uses: 'test.undoable', undo: 'undo' });
const because = (reason = 'false alarm') => ({ ...from(bob), reason });
const fails: StepResult = { kind: 'failed', error: 'no', events: [] };

test('a crash after the effect and before its outcome: what happened is taken back all the same', async () => {
  const world = await anEngineWorld(aPlan([[undoable('a')], [undoable('b')], [step('c')]]));
  const id = await (await openDying(world, { place: 'effect', step: 'b' })).begin();
  const rekey = await world.open();
  expect(await rekey.states(id)).toEqual({ a: 'done', b: 'started' });
  await rekey.engine.cancel(id, because());
  await rekey.queue.settle();
  expect(world.outside.undone).toEqual(['b', 'a']);
  expect((await rekey.run(id)).outcome).toBe('cancelled');
});

test('a crash in the middle of taking back: it goes on where it was, and nothing before it is forgotten', async () => {
  const world = await anEngineWorld(aPlan([[undoable('a')], [undoable('b')], [step('c')]]));
  world.outside.results.set('c', () => fails);
  const id = await (await openDying(world, { place: 'undo', step: 'b' })).begin();
  const rekey = await world.open();
  expect((await rekey.run(id)).steps.b).toMatchObject({ state: 'done', undoing: { failures: 0 } });
  await rekey.engine.advance(id);
  // Taking back tolerates being asked twice; whether it had happened was not known.
  expect(world.outside.undone).toEqual(['b', 'b', 'a']);
  expect(await rekey.states(id)).toEqual({ a: 'undone', b: 'undone', c: 'failed' });
});

test('the next try to take back is a row in the ledger: it holds no worker, and another process makes it', async () => {
  const world = await anEngineWorld(aPlan([[undoable('a')], [undoable('b')], [step('c')]]));
  world.outside.results.set('c', () => fails);
  let isAway = true;
  world.outside.beforeUndo = (id) => {
    if (id === 'b' && isAway) throw new Error('no route to host');
  };
  const id = await (await world.open()).begin();
  const rekey = await world.open();
  expect((await rekey.run(id)).steps.b?.undoing).toMatchObject({ failures: 1, error: 'no route to host' });
  expect(await rekey.ledger.leases.due(world.now(), () => false)).toEqual([]);
  expect(world.outside.undone).toEqual([]);
  isAway = false;
  world.pass(2_000);
  expect(await rekey.ledger.leases.due(world.now(), () => false)).toEqual([id]);
  await rekey.engine.advance(id);
  expect(world.outside.undone).toEqual(['b', 'a']);
});

test('what a step is taken back by is what it was begun with, whatever the steps before it say by then', async () => {
  const note = { resolve: (scope: { steps: object }) => ({ by: 'a' in scope.steps ? 'a' : 'nobody' }) };
  const plan = aPlan([
    [step('a', { onFailure: { kind: 'continue' } })],
    [{ ...undoable('b'), ...note }],
    [step('c', { uses: 'ask', resolve: () => ({ question: 'On?', assignee: 'alice', evidence: 'none' }) })],
  ]);
  const world = await anEngineWorld(plan);
  let failures = 1;
  world.outside.results.set('a', () => (failures-- > 0 ? fails : { kind: 'done', outputs: {}, events: [] }));
  const rekey = await world.open();
  const id = await rekey.begin();
  await rekey.engine.retry(id, 'a', because('the provider is back'));
  await rekey.queue.settle();
  expect((await rekey.run(id)).steps.a?.state).toBe('done');
  await rekey.engine.cancel(id, because());
  await rekey.queue.settle();
  expect(world.outside.undoneBy).toEqual([{ token: `${id}.b.1`, input: { by: 'nobody' } }]);
});

test('while work is being taken back a cancel changes nothing and says so, and nothing can be begun again', async () => {
  const world = await anEngineWorld(aPlan([[undoable('a')], [step('b')]]));
  world.outside.results.set('b', () => fails);
  world.outside.beforeUndo = () => {
    throw new Error('503');
  };
  const rekey = await world.open();
  const id = await rekey.begin();
  const sentences = await Promise.all(
    [
      rekey.engine.cancel(id, because()),
      rekey.engine.pause(id, because()),
      rekey.engine.retry(id, null, because()),
      rekey.engine.rerun(id, 'a', because()),
      rekey.engine.skip(id, 'b', because()),
    ].map((one) =>
      one.then(
        () => 'done',
        (error: { code: string; message: string }) => `${error.code} ${error.message}`,
      ),
    ),
  );
  expect(sentences[0]).toMatch(/^run_ending .*nothing left to cancel .*taking its work back/);
  for (const sentence of sentences) expect(sentence).toMatch(/^run_ending /);
});
