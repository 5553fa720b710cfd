import { describe, expect, test } from 'vitest';
import { alice, bob } from '../support/builders.ts';
import { anEngineWorld, from, refusalOf } from '../support/engine-world.ts';
import { aPlan, aPlannedStep } from '../support/plans.ts';

const step = aPlannedStep;
const mint = step('mint', { uses: 'test.undoable', undo: 'undo' });
const asked = step('asked', {
  uses: 'ask',
  effect: 'reads',
  resolve: () => ({ question: 'Redeployed?', assignee: 'alice', evidence: 'none' }),
});
const because = (reason = 'the wrong owner') => ({ ...from(bob), reason });

async function waitingAfter(stages: Parameters<typeof aPlan>[0]) {
  const world = await anEngineWorld(aPlan([...stages, [asked], [step('z')]]));
  const rekey = await world.open();
  const id = await rekey.begin();
  expect((await rekey.run(id)).steps.asked?.state).toBe('waiting');
  const answer = async () => {
    const { token } = await rekey.openAsk(id);
    await rekey.engine.answer(token, { ...from(alice), person: alice, yes: true, evidence: '' });
    await rekey.queue.settle();
  };
  return { world, rekey, id, answer };
}

describe('a step of which the earlier generation is still being taken back', () => {
  async function pending() {
    const all = await waitingAfter([[mint]]);
    let isAway = true;
    all.world.outside.beforeUndo = () => {
      if (isAway) throw new Error('the provider is away');
    };
    await all.rekey.engine.rerun(all.id, 'mint', because());
    await all.rekey.queue.settle();
    expect((await all.rekey.run(all.id)).steps.mint).toMatchObject({ state: 'reset', undoing: { failures: 1 } });
    return { ...all, isBack: () => (isAway = false) };
  }

  test('is not skipped before that has ended, so that nothing of it is forgotten', async () => {
    const { world, rekey, id, isBack } = await pending();
    expect((await refusalOf(rekey.engine.skip(id, 'mint', because()))).code).toBe('undo_pending');
    isBack();
    await rekey.playOut(id);
    expect(world.outside.undoneBy).toMatchObject([{ token: `${id}.mint.1` }]);
  });

  test('is taken back with what it gave, also when it is to be done again twice', async () => {
    const { world, rekey, id, isBack } = await pending();
    await rekey.engine.rerun(id, 'mint', because());
    await rekey.queue.settle();
    expect((await rekey.run(id)).steps.mint).toMatchObject({ outputs: { token: `${id}.mint.1` } });
    isBack();
    await rekey.playOut(id);
    expect(world.outside.undone).toEqual(['mint']);
  });
});
