import { describe, expect, test } from 'vitest';
import { bob } from '../support/builders.ts';
import { anEngineWorld, from, openDying, refusalOf } from '../support/engine-world.ts';
import { aPlan, aPlannedStep } from '../support/plans.ts';

const step = aPlannedStep;
const undoable = (id: string) => step(id, { uses: 'test.undoable', undo: 'undo' });
const final = (id: string) => step(id, { uses: 'test.final', undo: 'point_of_no_return' });
const because = (reason = 'the provider is back') => ({ ...from(bob), reason });
type World = Awaited<ReturnType<typeof anEngineWorld>>;

function failsOnce(world: World, id: string): void {
  let failures = 1;
  world.outside.results.set(id, ({ step: { token } }) => {
    failures -= 1;
    return failures >= 0
      ? { kind: 'failed', error: 'no', events: [] }
      : { kind: 'done', outputs: { token }, events: [] };
  });
}

async function failedRun(...[stages, last]: Parameters<typeof aPlan>) {
  const world = await anEngineWorld(aPlan(stages, last));
  failsOnce(world, 'b');
  const rekey = await world.open();
  const id = await rekey.begin();
  expect((await rekey.run(id)).outcome).toBe('failed');
  return { world, rekey, id };
}

describe('retrying what failed', () => {
  test('opens the run again, under a new token, and tells of its end again', async () => {
    const { world, rekey, id } = await failedRun([[step('a')], [step('b')], [step('c')]], [[step('last')]]);
    await rekey.engine.retry(id, null, because());
    await rekey.queue.settle();
    expect(await rekey.run(id)).toMatchObject({
      outcome: 'succeeded',
      steps: { b: { generation: 2, token: `${id}.b.2` } },
    });
    expect(Object.fromEntries(world.outside.effects)).toEqual({
      [`${id}.a.1`]: 1,
      [`${id}.b.1`]: 1,
      [`${id}.b.2`]: 1,
      [`${id}.c.1`]: 1,
      [`${id}.last.1`]: 1,
      [`${id}.last.2`]: 1,
    });
  });

  test('past the point of no return goes forward from where it stopped', async () => {
    const { rekey, id } = await failedRun([[undoable('a')], [final('revoke')], [step('b')]]);
    await rekey.engine.retry(id, 'b', because());
    await rekey.queue.settle();
    expect(await rekey.states(id)).toEqual({ a: 'done', revoke: 'done', b: 'done' });
  });

  test('where the rest was taken back says from where to re-run', async () => {
    const { rekey, id } = await failedRun([[undoable('a')], [step('b')]]);
    const { code, message } = await refusalOf(rekey.engine.retry(id, null, because()));
    expect([code, message]).toEqual(['taken_back', expect.stringContaining('Re-run from a')]);
  });

  test('is refused for what did not fail, for what succeeded or was cancelled, and while its key has another run', async () => {
    const { world, rekey, id } = await failedRun([[step('a')], [step('b')]]);
    expect((await refusalOf(rekey.engine.retry(id, 'a', because()))).code).toBe('not_failed');
    expect((await refusalOf(rekey.engine.retry(id, 'nope', because()))).message).toContain('Its steps: a, b');
    world.outside.results.set('b', ({ now }) => ({
      kind: 'wait',
      waiting: { kind: 'time', until: new Date(now().getTime() + 60_000) },
      events: [],
    }));
    const other = await rekey.begin();
    expect((await refusalOf(rekey.engine.retry(id, null, because()))).code).toBe('key_taken');
    await rekey.engine.cancel(other, because());
    await rekey.queue.settle();
    expect((await refusalOf(rekey.engine.retry(other, null, because()))).code).toBe('run_cancelled');
    expect((await rekey.run(id)).outcome).toBe('failed');
  });

  test('of a run that is open takes back what the failed attempt may have left, before the next one', async () => {
    const plan = aPlan([[{ ...undoable('b'), onFailure: { kind: 'continue' } as const }], [step('wait')]]);
    const world = await anEngineWorld(plan);
    failsOnce(world, 'b');
    world.outside.results.set('wait', ({ now }) => ({
      kind: 'wait',
      waiting: { kind: 'time', until: new Date(now().getTime() + 60_000) },
      events: [],
    }));
    const rekey = await world.open();
    const id = await rekey.begin();
    await rekey.engine.retry(id, 'b', because());
    await rekey.queue.settle();
    expect(world.outside.undone).toEqual(['b']);
    expect((await rekey.run(id)).steps.b).toMatchObject({ state: 'done', generation: 2 });
  });
});

describe('re-running from a step', () => {
  test('does it and everything after it again, after taking it back, and keeps what is before', async () => {
    const { world, rekey, id } = await failedRun([[step('x')], [undoable('a')], [step('b')]], [[step('last')]]);
    await rekey.engine.rerun(id, 'a', because());
    await rekey.queue.settle();
    expect(await rekey.states(id)).toEqual({ x: 'done', a: 'done', b: 'done', last: 'done' });
    expect(world.outside.undone).toEqual(['a']);
    expect(world.outside.effects.get(`${id}.x.1`)).toBe(1);
    expect(world.outside.effects.get(`${id}.a.2`)).toBe(1);
  });

  test('of what is done and stands takes it back before it is begun again, last first', async () => {
    const world = await anEngineWorld(aPlan([[undoable('a')], [undoable('b')], [step('wait')]]));
    world.outside.results.set('wait', ({ now }) => ({
      kind: 'wait',
      waiting: { kind: 'time', until: new Date(now().getTime() + 60_000) },
      events: [],
    }));
    const rekey = await world.open();
    const id = await rekey.begin();
    await rekey.engine.rerun(id, 'a', because('the wrong owner'));
    await rekey.queue.settle();
    expect(world.outside.undone).toEqual(['b', 'a']);
    expect(await rekey.run(id)).toMatchObject({
      outcome: null,
      steps: { a: { state: 'done', generation: 2 }, b: { state: 'done', generation: 2 }, wait: { generation: 2 } },
    });
    await rekey.engine.cancel(id, because('enough'));
    await rekey.queue.settle();
    expect(world.outside.undone).toEqual(['b', 'a', 'b', 'a']);
  });

  test('never does twice what cannot be taken back: it is named', async () => {
    const { rekey, id } = await failedRun([[step('a')], [final('revoke')], [step('b')]]);
    const { code, message } = await refusalOf(rekey.engine.rerun(id, 'a', because()));
    expect([code, message]).toEqual(['point_of_no_return', expect.stringContaining('revoke')]);
  });

  test('from a step after the failed one is refused, for the run would stop again', async () => {
    const { rekey, id } = await failedRun([[step('a')], [step('b')]], [[step('last')]]);
    expect((await refusalOf(rekey.engine.rerun(id, 'last', because()))).code).toBe('still_stopped');
  });

  test('is refused past the point of no return for a step with an undo, which would be there twice', async () => {
    const { world, rekey, id } = await failedRun([[final('revoke')], [undoable('c')], [step('x')], [step('b')]]);
    const { code, message } = await refusalOf(rekey.engine.rerun(id, 'c', because()));
    expect([code, message]).toEqual(['point_of_no_return', expect.stringContaining('c would be there twice')]);
    await rekey.engine.rerun(id, 'x', because());
    await rekey.queue.settle();
    expect(await rekey.run(id)).toMatchObject({ outcome: 'succeeded', steps: { c: { generation: 1 } } });
    expect(world.outside.effects.get(`${id}.c.1`)).toBe(1);
  });
});

describe('a process that is killed', () => {
  test.each(['started', 'effect', 'outcome'])('at %s of a step that is retried has its effect once', async (place) => {
    const { world, id } = await failedRun([
      [step('a')],
      [step('b', { uses: 'test.probe', repeat: 'probe' })],
      [step('c')],
    ]);
    const dying = await openDying(world, { place, step: 'b' });
    await dying.engine.retry(id, null, because());
    await dying.queue.settle();
    const next = await world.open();
    await next.engine.advance(id);
    expect((await next.run(id)).outcome).toBe('succeeded');
    expect(world.outside.effects.get(`${id}.b.2`)).toBe(1);
  });

  test.each(['undo', 'started', 'effect'])('at %s of a step that is done again goes on from there', async (place) => {
    const world = await anEngineWorld(aPlan([[undoable('a')], [step('wait')]]));
    world.outside.results.set('wait', ({ now }) => ({
      kind: 'wait',
      waiting: { kind: 'time', until: new Date(now().getTime() + 60_000) },
      events: [],
    }));
    const id = await (await world.open()).begin();
    const dying = await openDying(world, { place, step: 'a' });
    await dying.engine.rerun(id, 'a', because());
    await dying.queue.settle();
    const next = await world.open();
    await next.engine.advance(id);
    expect((await next.run(id)).steps).toMatchObject({
      a: { state: 'done', generation: 2 },
      wait: { state: 'waiting' },
    });
    expect(new Set(world.outside.undone)).toEqual(new Set(['a']));
  });
});
