import { describe, expect, test } from 'vitest';
import { PermanentFailure } from '../../src/errors.ts';
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

describe('a step that cannot be taken back before it is done again', () => {
  async function stuck(isGone: () => boolean = () => false, made = mint) {
    const all = await waitingAfter([[made]]);
    all.world.outside.beforeUndo = () => {
      if (!isGone()) throw new PermanentFailure('the provider says no');
    };
    await all.rekey.engine.rerun(all.id, 'mint', because());
    await all.rekey.queue.settle();
    return all;
  }

  test('stops the run, which says so, and nothing of it is there twice', async () => {
    const { world, rekey, id } = await stuck();
    const run = await rekey.run(id);
    expect(run).toMatchObject({ outcome: 'failed', steps: { mint: { undoError: 'the provider says no' } } });
    expect([...world.outside.effects.keys()]).toEqual([`${id}.mint.1`]);
    const [ended] = await rekey.ledger.read.audit({ run: id, limit: 1 });
    expect(JSON.stringify(ended)).toContain('mint: what it did before could not be taken back');
  });

  test.each(['stop', 'continue'] as const)('whatever its failures lead to: on_failure %s', async (kind) => {
    const { world, rekey, id } = await stuck(() => false, { ...mint, onFailure: { kind } });
    expect((await rekey.run(id)).outcome).toBe('failed');
    expect(world.outside.effects.has(`${id}.mint.2`)).toBe(false);
  });

  test('is taken back first when it is retried, and only then done again', async () => {
    let isGone = false;
    const { world, rekey, id, answer } = await stuck(() => isGone);
    await rekey.engine.retry(id, null, because('still not'));
    await rekey.queue.settle();
    expect(await rekey.run(id)).toMatchObject({ outcome: 'failed', steps: { mint: { undoError: expect.anything() } } });
    isGone = true;
    await rekey.engine.retry(id, 'mint', because('the provider says yes now'));
    await rekey.queue.settle();
    await answer();
    expect(await rekey.run(id)).toMatchObject({
      outcome: 'succeeded',
      steps: { mint: { generation: 2, undoError: null } },
    });
    expect(world.outside.undoneBy).toMatchObject([{ token: `${id}.mint.1` }]);
  });

  test('may be left out by a person, and stays on record as what somebody has to take back', async () => {
    const { rekey, id, answer } = await stuck();
    await rekey.engine.skip(id, 'mint', because('removed by hand'));
    await rekey.queue.settle();
    await answer();
    const run = await rekey.run(id);
    expect(run).toMatchObject({
      outcome: 'succeeded',
      steps: { mint: { state: 'skipped', undoError: 'the provider says no' } },
    });
  });

  test('a cancel that comes first is a cancel', async () => {
    const { world, rekey, id } = await waitingAfter([[mint]]);
    world.outside.beforeUndo = () => {
      throw new Error('the provider is away');
    };
    await rekey.engine.rerun(id, 'mint', because());
    await rekey.queue.settle();
    await rekey.engine.cancel(id, because('enough'));
    await rekey.queue.settle();
    await rekey.playOut(id);
    expect(await rekey.run(id)).toMatchObject({
      outcome: 'cancelled',
      steps: { mint: { undoError: expect.anything() } },
    });
  });
});
