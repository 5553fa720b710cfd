import { expect, test } from 'vitest';
import type { RunId } from '../../src/domain/ids.ts';
import { loadReview } from '../../src/slack/load/approval-review.ts';
import { bob } from '../support/builders.ts';
import { anEngineWorld, castOn, type EngineProcess, from } from '../support/engine-world.ts';
import { aPlan, aPlannedStep } from '../support/plans.ts';

const go = aPlannedStep('go', {
  uses: 'approve',
  effect: 'reads',
  resolve: () => ({ question: 'Replace?', rule: 'rotate' }),
});
const mint = aPlannedStep('mint', { uses: 'test.undoable', undo: 'undo' });
const revoke = aPlannedStep('revoke', { uses: 'test.final', undo: 'point_of_no_return', effect: 'destroys' });
const post = aPlannedStep('post', { uses: 'test.ask', repeat: 'ask', effect: 'writes', undo: 'nothing' });

/** What bob sees before he decides. */
async function reviewOf(here: EngineProcess, id: RunId, now: () => Date) {
  const { ledger, policy, runbooks } = here.deps;
  const review = await here.engine.inspect((await here.openApproval(id)).token, { ...from(bob), person: bob });
  const modal = await loadReview({ ledger: ledger.read, providers: {}, now, policy, runbooks }, review, {
    wasStale: false,
  });
  return { steps: modal.plan.map((step) => step.id), undo: modal.radius.undo };
}

test('what is begun again is shown to whoever decides, like what was never begun', async () => {
  const world = await anEngineWorld(aPlan([[go], [mint], [revoke], [post]]));
  world.outside.results.set('revoke', () => ({ kind: 'failed', error: 'no', events: [] }));
  const here = await world.open();
  const id = await here.begin();
  const first = await reviewOf(here, id, world.now);
  expect(first.steps).toEqual(['mint', 'revoke', 'post']);
  await castOn(here, await here.openApproval(id), { person: bob, vote: 'approve' });
  await here.queue.settle();
  expect((await here.run(id)).outcome).toBe('failed');

  await here.engine.rerun(id, 'go', { ...from(bob), reason: 'the provider is back' });
  await here.queue.settle();
  expect(await reviewOf(here, id, world.now)).toEqual(first);
});

test('a step whose effect stays is not called something that can be taken back', async () => {
  const world = await anEngineWorld(aPlan([[go], [mint], [post]]));
  const here = await world.open();
  const id = await here.begin();
  expect((await reviewOf(here, id, world.now)).undo).toBe('The rest can be taken back. What these change stays: post.');
});
