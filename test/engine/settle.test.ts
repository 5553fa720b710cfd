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
    retry: { ...aPlannedStep('any').retry, attempts: 1 },
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

async function cutOff() {
  const mint = aPlannedStep('mint', { uses: 'test.ask', repeat: 'ask', resolve: () => ({ note: 'a replacement' }) });
  const world = await anEngineWorld(aPlan([[mint]]));
  const id = await (await openDying(world, { place: 'effect', step: 'mint' })).begin();
  const rekey = await world.open();
  await rekey.engine.advance(id);
  const press = (happened: boolean) => rekey.engine.settle(id, 'mint', { ...from(alice), happened, reason: 'seen' });
  return { world, rekey, id, press };
}

test('the same answer twice is fine, and stands there once', async () => {
  const { rekey, id, press } = await cutOff();
  await Promise.all([press(true), press(true)]);
  await press(true);
  await rekey.queue.settle();
  expect((await rekey.run(id)).outcome).toBe('succeeded');
  expect(await rekey.ledger.read.settlementsOf(id, 'mint')).toHaveLength(1);
});

test('of two answers that race and differ one wins, and the other one is told who said what', async () => {
  const { rekey, id, press } = await cutOff();
  const ends = await Promise.allSettled([press(true), press(false)]);
  expect(ends.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected']);
  const lost = ends.find((one) => one.status === 'rejected');
  expect(lost?.reason).toMatchObject({ code: 'already_settled', message: expect.stringContaining('person:alice') });
  expect(await rekey.ledger.read.settlementsOf(id, 'mint')).toHaveLength(1);
});

test('who settles reads what the step was given, since when, and what each answer leads to', async () => {
  const { rekey, id } = await cutOff();
  expect(await rekey.engine.doubt(id, 'mint', { person: alice })).toMatchObject({
    step: 'mint',
    uses: 'test.ask',
    attempts: 1,
    given: ['note: a replacement'],
    question: expect.stringContaining('Did it happen?'),
    yesLeadsTo: expect.stringContaining('the run goes on after it'),
    noLeadsTo: expect.stringContaining('same token'),
  });
  expect((await refusalOf(rekey.engine.doubt(id, 'mint', { person: 'mallory' as typeof alice }))).code).toBe(
    'not_allowed',
  );
});

test('what did not happen does not keep a cancelled run from taking the rest back', async () => {
  const plan = aPlan([
    [aPlannedStep('a', { uses: 'test.undoable', undo: 'undo' })],
    [aPlannedStep('revoke', { uses: 'test.final', repeat: 'ask', undo: 'point_of_no_return' })],
  ]);
  const world = await anEngineWorld(plan);
  const id = await (await openDying(world, { place: 'started', step: 'revoke' })).begin();
  const rekey = await world.open();
  await rekey.engine.advance(id);
  await rekey.engine.cancel(id, { ...from(alice), reason: 'false alarm' });
  await rekey.queue.settle();
  // Whether it is final is not known yet, so nothing is taken back.
  expect(world.outside.undone).toEqual([]);
  await rekey.engine.settle(id, 'revoke', { ...from(alice), happened: false, reason: 'the old key still answers' });
  await rekey.queue.settle();
  expect(world.outside.undone).toEqual(['a']);
  expect(await rekey.run(id)).toMatchObject({ outcome: 'cancelled' });
});
