import { expect, test } from 'vitest';
import { PermanentFailure } from '../../src/errors.ts';
import { LedgerTrouble } from '../../src/ledger/trouble.ts';
import { MINUTE } from '../support/builders.ts';
import { anEngineWorld, SOMEBODY } from '../support/engine-world.ts';
import { countOf, gate, waitsUntil } from '../support/holding.ts';
import { aPlan, aPlannedStep } from '../support/plans.ts';

const step = aPlannedStep;
const tries = (attempts: number, backoffMs: number) => ({ ...step('any').retry, attempts, backoffMs });

test('a failed attempt is tried again after a growing pause, with the same token, and no more often than it may', async () => {
  const world = await anEngineWorld(aPlan([[step('a', { retry: tries(3, 1_000) })]]));
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
  ['that nobody can look up', { uses: 'test.ask', repeat: 'ask', retry: tries(1, 1) }],
  ['that may be past the point of no return', { uses: 'test.final', undo: 'point_of_no_return', retry: tries(2, 1) }],
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
  const world = await anEngineWorld(
    aPlan([[step('a', { timeoutMs: 30, retry: { ...step('any').retry, attempts: 1 } })]]),
  );
  const { hold, open } = gate();
  world.outside.before = hold;
  const rekey = await world.open();
  const id = await rekey.begin();
  expect((await rekey.run(id)).steps.a).toMatchObject({ state: 'failed', error: 'a did not end within 0.03 s.' });
  open();
});
