import { describe, expect, test } from 'vitest';
import type { LedgerEvent } from '../../../src/domain/event.ts';
import type { PersonId } from '../../../src/domain/ids.ts';
import { aKey, alice, aPolicy, bob, MINUTE } from '../../support/builders.ts';
import { anEngineWorld, castOn, type EngineProcess, from, refusalOf } from '../../support/engine-world.ts';
import { recordEvents } from '../../support/ledger-file.ts';
import { aPlan, aPlannedStep } from '../../support/plans.ts';

const step = aPlannedStep;
const go = step('go', {
  uses: 'approve',
  effect: 'reads',
  resolve: () => ({ question: 'Replace it?', rule: 'rotate' }),
});
const asked = step('asked', {
  uses: 'ask',
  effect: 'reads',
  resolve: () => ({ question: 'Redeployed?', assignee: 'alice', evidence: 'none' }),
});
const because = (person: PersonId = alice) => ({ ...from(person), reason: 'the provider is back' });
const DAY = 24 * 60 * MINUTE;

type World = Awaited<ReturnType<typeof anEngineWorld>>;

const agreeTo = async (rekey: EngineProcess, id: Parameters<EngineProcess['run']>[0]) => {
  await castOn(rekey, await rekey.openApproval(id), { person: bob, vote: 'approve' });
  await rekey.queue.settle();
};

/** Agreed to, and failed at `mint` when it was begun first. */
async function failedAfterYes(events: (world: World) => LedgerEvent[] = () => []) {
  const world = await anEngineWorld(aPlan([[step('look')], [go], [step('mint')], [step('deliver')]], [[step('last')]]));
  world.outside.results.set('mint', ({ step: { token } }) =>
    token.endsWith('.1')
      ? { kind: 'failed', error: 'no', events: events(world) }
      : { kind: 'done', outputs: {}, events: [] },
  );
  const rekey = await world.open();
  const id = await rekey.begin();
  await agreeTo(rekey, id);
  expect(await rekey.run(id)).toMatchObject({ outcome: 'failed', steps: { go: { state: 'done' } } });
  return { world, rekey, id };
}

const verbs = [
  ['retry', (rekey: EngineProcess, id: string) => rekey.engine.retry(id as never, 'mint', because())],
  [
    're-run from a later step',
    (rekey: EngineProcess, id: string) => rekey.engine.rerun(id as never, 'mint', because()),
  ],
  ['skip', (rekey: EngineProcess, id: string) => rekey.engine.skip(id as never, 'mint', because(bob))],
] as const;

describe('what people agreed to', () => {
  test.each(verbs)('is asked again when it is too long ago, by %s', async (_, goOn) => {
    const { world, rekey, id } = await failedAfterYes();
    world.pass(60 * DAY);
    await goOn(rekey, id);
    await rekey.queue.settle();
    expect(await rekey.run(id)).toMatchObject({ outcome: null, steps: { go: { state: 'waiting', generation: 2 } } });
    expect([...world.outside.effects.keys()]).not.toContain(`${id}.mint.2`);
    expect([...world.outside.effects.keys()]).not.toContain(`${id}.deliver.1`);
    await agreeTo(rekey, id);
    expect((await rekey.run(id)).outcome).toBe('succeeded');
  });

  test.each(verbs)('is good for as long again as people had to decide, by %s', async (_, goOn) => {
    const { world, rekey, id } = await failedAfterYes();
    world.pass(MINUTE);
    await goOn(rekey, id);
    await rekey.queue.settle();
    expect(await rekey.run(id)).toMatchObject({ outcome: 'succeeded', steps: { go: { generation: 1 } } });
  });

  test('is asked again under another policy', async () => {
    const { world, rekey, id } = await failedAfterYes();
    world.setPolicy(aPolicy(), 'e'.repeat(64));
    await rekey.engine.retry(id, null, because());
    await rekey.queue.settle();
    expect(await rekey.states(id)).toMatchObject({ go: 'waiting', mint: 'reset' });
  });

  test('is asked again when somebody has changed the key', async () => {
    const { rekey, id } = await failedAfterYes();
    await recordEvents(rekey.ledger, [{ type: 'key_compromised', key: aKey().id, how: 'in a gist' } as never]);
    await rekey.engine.retry(id, null, because());
    await rekey.queue.settle();
    expect(await rekey.states(id)).toMatchObject({ go: 'waiting', mint: 'reset' });
  });

  test('covers what the run itself has done to the key', async () => {
    const { rekey, id } = await failedAfterYes(() => [{ type: 'key_quarantined', key: aKey().id } as never]);
    expect((await rekey.ledger.read.key(aKey().id))?.quarantinedAt).not.toBeNull();
    await rekey.engine.retry(id, null, because());
    await rekey.queue.settle();
    expect(await rekey.run(id)).toMatchObject({ outcome: 'succeeded', steps: { go: { generation: 1 } } });
  });

  test('is not asked again only to tell of the end', async () => {
    const world = await anEngineWorld(aPlan([[go], [step('mint')]], [[step('last')]]));
    world.outside.results.set('last', ({ step: { token } }) =>
      token.endsWith('.1') ? { kind: 'failed', error: 'no', events: [] } : { kind: 'done', outputs: {}, events: [] },
    );
    const rekey = await world.open();
    const id = await rekey.begin();
    await agreeTo(rekey, id);
    world.pass(60 * DAY);
    await rekey.engine.retry(id, 'last', because());
    await rekey.queue.settle();
    expect((await rekey.run(id)).outcome).toBe('succeeded');
  });
});

describe('a paused run', () => {
  test('that is resumed after too long asks again before anything new begins', async () => {
    const world = await anEngineWorld(aPlan([[go], [asked], [step('mint')]]));
    const rekey = await world.open();
    const id = await rekey.begin();
    await agreeTo(rekey, id);
    const question = await rekey.openAsk(id);
    await rekey.engine.pause(id, because(bob));
    await rekey.queue.settle();
    world.pass(60 * DAY);
    await rekey.engine.resume(id, because(bob));
    await rekey.queue.settle();
    await rekey.engine.answer(question.token, { ...from(alice), person: alice, yes: true, evidence: '' });
    await rekey.queue.settle();
    expect(await rekey.states(id)).toEqual({ go: 'waiting', asked: 'waiting' });
    expect([...world.outside.effects.keys()]).toEqual([]);
    await agreeTo(rekey, id);
    expect((await rekey.run(id)).outcome).toBe('succeeded');
  });

  test('does not spend a yes for later when its time comes, and looks at it when it is resumed', async () => {
    const world = await anEngineWorld(aPlan([[go], [step('mint')]]));
    const rekey = await world.open();
    const id = await rekey.begin();
    const { token } = await rekey.openApproval(id);
    const { reviewHash } = await rekey.engine.review(token, bob);
    const notBefore = new Date(world.now().getTime() + 60 * MINUTE);
    await rekey.engine.vote(token, { ...from(bob), person: bob, vote: 'approve', reason: 'r', reviewHash, notBefore });
    await rekey.queue.settle();
    await rekey.engine.pause(id, because(bob));
    await rekey.queue.settle();
    world.pass(61 * MINUTE);
    await rekey.engine.advance(id);
    expect(await rekey.states(id)).toEqual({ go: 'waiting' });
    world.pass(30 * DAY);
    await rekey.engine.resume(id, because(bob));
    await rekey.queue.settle();
    expect(await rekey.states(id)).toEqual({ go: 'waiting' });
    expect((await rekey.openApproval(id)).token).not.toBe(token);
    await agreeTo(rekey, id);
    expect((await rekey.run(id)).outcome).toBe('succeeded');
  });
});

describe('a no', () => {
  async function rejected() {
    const world = await anEngineWorld(aPlan([[step('look')], [go], [step('mint')]]));
    const rekey = await world.open();
    const id = await rekey.begin();
    await castOn(rekey, await rekey.openApproval(id), { person: bob, vote: 'deny', reason: 'no way' });
    await rekey.queue.settle();
    expect((await rekey.run(id)).outcome).toBe('failed');
    return { rekey, id };
  }

  test('is not undone by whoever had asked, by retry or by re-run', async () => {
    const { rekey, id } = await rejected();
    expect((await refusalOf(rekey.engine.retry(id, 'go', because(alice)))).code).toBe('rejected');
    expect((await refusalOf(rekey.engine.retry(id, null, because(alice)))).code).toBe('rejected');
    const { code, message } = await refusalOf(rekey.engine.rerun(id, 'look', because(alice)));
    expect([code, message]).toEqual(['rejected', expect.stringContaining('Somebody else')]);
  });

  test('may be put again by somebody else who may retry', async () => {
    const { rekey, id } = await rejected();
    await rekey.engine.retry(id, 'go', because(bob));
    await rekey.queue.settle();
    expect(await rekey.states(id)).toMatchObject({ go: 'waiting' });
  });
});
