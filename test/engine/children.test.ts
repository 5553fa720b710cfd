import { expect, test } from 'vitest';
import type { RunId } from '../../src/domain/ids.ts';
import { alice, MINUTE } from '../support/builders.ts';
import { anEngineWorld, type EngineProcess, from } from '../support/engine-world.ts';
import { waitsUntil } from '../support/holding.ts';
import { aPlan, aPlannedStep } from '../support/plans.ts';

const step = aPlannedStep;

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
