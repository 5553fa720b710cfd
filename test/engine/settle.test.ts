import { describe, expect, test } from 'vitest';
import { aKey, alice } from '../support/builders.ts';
import { anEngineWorld, from, openDying, refusalOf } from '../support/engine-world.ts';
import { aPlan, aPlannedStep } from '../support/plans.ts';

/** A step of this kind that failed, or was cut off after its effect, and that is left to a person. */
async function inDoubt(uses: string, arrange: (world: Awaited<ReturnType<typeof anEngineWorld>>) => void = () => {}) {
  const mint = aPlannedStep('mint', {
    uses,
    repeat: 'probe',
    onFailure: { kind: 'ask' },
    retry: { attempts: 1, backoffMs: 1 },
  });
  const world = await anEngineWorld(aPlan([[mint], [aPlannedStep('then')]]));
  arrange(world);
  const rekey = await world.open();
  const id = await rekey.begin();
  expect((await rekey.run(id)).steps.mint?.state).toBe('in_doubt');
  const settle = (happened: boolean) =>
    rekey.engine.settle(id, 'mint', { ...from(alice), happened, reason: 'I looked at the vault' });
  return { world, rekey, id, settle };
}

const losesItsAnswer = (world: Awaited<ReturnType<typeof anEngineWorld>>) => {
  world.outside.after = (step) => {
    if (step === 'mint') throw new Error('the answer was lost');
  };
};
const neverBegins = (world: Awaited<ReturnType<typeof anEngineWorld>>) => {
  world.outside.before = (step) => {
    if (step === 'mint') throw new Error('no connection');
  };
};

describe('a person who says that it happened', () => {
  test('gets the outcome that the step would have had itself, and no second effect', async () => {
    const { world, rekey, id, settle } = await inDoubt('test.probe', losesItsAnswer);
    await settle(true);
    await rekey.queue.settle();
    const after = await rekey.run(id);
    expect(after.steps.mint).toMatchObject({ state: 'done', outputs: { token: `${id}.mint.1` } });
    expect(after.outcome).toBe('succeeded');
    expect(world.outside.effects.get(`${id}.mint.1`)).toBe(1);
  });

  test('has the events of the effect recorded with it', async () => {
    const { rekey, id, settle } = await inDoubt('test.safe', neverBegins);
    const kind = rekey.deps.stepKinds.get('test.safe');
    if (kind === undefined) throw new Error('no kind');
    const events = [{ type: 'key_revoked', key: aKey().id, replacedBy: null } as const];
    kind.adopt = async () => ({ kind: 'done', outputs: {}, events });
    await settle(true);
    expect((await rekey.ledger.read.key(aKey().id))?.state).toBe('revoked');
    expect((await rekey.run(id)).steps.mint?.state).toBe('done');
  });

  test('is refused when Rekey looks and sees that it did not, and the step stays in doubt', async () => {
    const { rekey, id, settle } = await inDoubt('test.probe', neverBegins);
    expect(await refusalOf(settle(true))).toMatchObject({
      code: 'cannot_adopt',
      message: expect.stringContaining('Answer no'),
    });
    expect((await rekey.run(id)).steps.mint?.state).toBe('in_doubt');
  });

  test('is asked to say no when what the step made is not known', async () => {
    const { rekey, id, settle } = await inDoubt('approve', () => {});
    expect(await refusalOf(settle(true))).toMatchObject({ code: 'cannot_adopt' });
    expect((await rekey.run(id)).steps.mint?.state).toBe('in_doubt');
  });
});

test.each([true, false])('the reason of a person who settles (happened: %s) stands in the audit', async (happened) => {
  const { rekey, id, settle } = await inDoubt('test.probe', losesItsAnswer);
  await settle(happened);
  const lines = await rekey.ledger.read.audit({ subject: `run:${id}#mint`, limit: 50 });
  const said = lines.find((line) => line.action === 'step_settled');
  expect(JSON.parse(said?.details ?? '{}')).toMatchObject({
    happened,
    reason: 'I looked at the vault',
    by: 'person:alice',
  });
});

test('a step that was cut off by a crash is settled by the person who looked, once', async () => {
  const mint = aPlannedStep('mint', { uses: 'test.ask', repeat: 'ask' });
  const world = await anEngineWorld(aPlan([[mint]]));
  const id = await (await openDying(world, { place: 'effect', step: 'mint' })).begin();
  const rekey = await world.open();
  await rekey.engine.advance(id);
  const press = () => rekey.engine.settle(id, 'mint', { ...from(alice), happened: true, reason: 'seen' });
  const [first, second] = await Promise.allSettled([press(), press()]);
  expect([first.status, second.status].sort()).toEqual(['fulfilled', 'rejected']);
});
