import { describe, expect, test } from 'vitest';
import type { PlannedStep } from '../../src/domain/plan.ts';
import { alice, bob } from '../support/builders.ts';
import { anEngineWorld, castOn, from, refusalOf } from '../support/engine-world.ts';
import { aPlan, aPlannedStep } from '../support/plans.ts';

const step = aPlannedStep;
const because = (reason = 'the provider is back') => ({ ...from(bob), reason });
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
const child = step('child', { uses: 'runbook.start', resolve: () => ({ runbook: 'R-CHILD', inputs: {} }) });
const childPlan = { ...aPlan([[{ ...asked, id: 'there' as typeof asked.id }]]), hash: 'c'.repeat(64) };

/** `b` fails at its first token, beside a step that waits for somebody. */
async function failedBeside(beside: PlannedStep, last: Parameters<typeof aPlan>[1] = []) {
  const world = await anEngineWorld(aPlan([[beside, step('b')], [step('z')]], last));
  world.setRunbook('R-CHILD', childPlan);
  world.outside.results.set('b', ({ step: { token } }) =>
    token.endsWith('.1') ? { kind: 'failed', error: 'no', events: [] } : { kind: 'done', outputs: {}, events: [] },
  );
  const rekey = await world.open();
  const id = await rekey.begin();
  expect(await rekey.run(id)).toMatchObject({ outcome: 'failed', steps: { [beside.id]: { state: 'waiting' } } });
  return { world, rekey, id };
}

describe('a failed run that goes on asks again whoever it waited for when it ended', () => {
  test.each(['retry', 'rerun', 'skip'] as const)('for an approval, by %s', async (verb) => {
    const { rekey, id } = await failedBeside(go);
    await rekey.engine[verb](id, 'b', because());
    await rekey.queue.settle();
    expect(await rekey.run(id)).toMatchObject({ outcome: null, steps: { go: { state: 'waiting', generation: 2 } } });
    await castOn(rekey, await rekey.openApproval(id), { person: bob, vote: 'approve' });
    await rekey.queue.settle();
    expect((await rekey.run(id)).outcome).toBe('succeeded');
  });

  test('for an answer', async () => {
    const { rekey, id } = await failedBeside(asked);
    const before = await rekey.openAsk(id);
    await rekey.engine.retry(id, 'b', because());
    await rekey.queue.settle();
    const { token } = await rekey.openAsk(id);
    expect(token).not.toBe(before.token);
    await rekey.engine.answer(token, { ...from(alice), person: alice, yes: true, evidence: '' });
    await rekey.queue.settle();
    expect((await rekey.run(id)).outcome).toBe('succeeded');
  });

  test('for a run that it had started, which is started again', async () => {
    const { rekey, id } = await failedBeside(child);
    await rekey.engine.retry(id, 'b', because());
    await rekey.queue.settle();
    const [next] = await rekey.ledger.read.openChildren(id);
    if (next === undefined) throw new Error('no run was started');
    const { token } = await rekey.openAsk(next);
    await rekey.engine.answer(token, { ...from(alice), person: alice, yes: true, evidence: '' });
    await rekey.queue.settle();
    expect(await rekey.run(id)).toMatchObject({ outcome: 'succeeded', steps: { child: { generation: 2 } } });
  });

  test('also when it has stopped and a step in doubt keeps it from ending', async () => {
    const revoke = step('revoke', {
      uses: 'test.final',
      undo: 'point_of_no_return',
      retry: { attempts: 1, backoffMs: 1_000, maxBackoffMs: 1_000, jitter: false, on: null },
    });
    const world = await anEngineWorld(aPlan([[go, step('b'), revoke], [step('z')]]));
    world.outside.before = (id) => {
      if (id === 'revoke') throw new Error('no answer');
    };
    world.outside.results.set('b', ({ step: { token } }) =>
      token.endsWith('.1') ? { kind: 'failed', error: 'no', events: [] } : { kind: 'done', outputs: {}, events: [] },
    );
    const rekey = await world.open();
    const id = await rekey.begin();
    expect(await rekey.run(id)).toMatchObject({ outcome: null, steps: { revoke: { state: 'in_doubt' } } });
    await rekey.engine.retry(id, 'b', because());
    await rekey.queue.settle();
    expect(await rekey.states(id)).toEqual({ go: 'waiting', b: 'done', revoke: 'in_doubt' });
    await castOn(rekey, await rekey.openApproval(id), { person: bob, vote: 'approve' });
    await rekey.queue.settle();
    expect((await rekey.run(id)).steps.go).toMatchObject({ state: 'done', generation: 2 });
  });

  test('but a try that is still owed goes on under its token', async () => {
    const owed = step('owed');
    const world = await anEngineWorld(aPlan([[owed, step('b')], [step('z')]]));
    let isAway = true;
    world.outside.before = (id) => {
      if (id === 'owed' && isAway) throw new Error('no route to host');
    };
    world.outside.results.set('b', ({ step: { token } }) =>
      token.endsWith('.1') ? { kind: 'failed', error: 'no', events: [] } : { kind: 'done', outputs: {}, events: [] },
    );
    const rekey = await world.open();
    const id = await rekey.begin();
    isAway = false;
    await rekey.engine.retry(id, 'b', because());
    await rekey.queue.settle();
    await rekey.playOut(id);
    expect(await rekey.run(id)).toMatchObject({ outcome: 'succeeded', steps: { owed: { token: `${id}.owed.1` } } });
  });
});

test('a step that is skipped after the end has people told of the new end', async () => {
  const world = await anEngineWorld(aPlan([[step('tell')], [step('after')]], [[step('summary')]]));
  world.outside.results.set('tell', () => ({ kind: 'failed', error: 'no such channel', events: [] }));
  const rekey = await world.open();
  const id = await rekey.begin();
  await rekey.engine.skip(id, 'tell', because());
  await rekey.queue.settle();
  expect((await rekey.run(id)).outcome).toBe('succeeded');
  expect(world.outside.effects.get(`${id}.summary.2`)).toBe(1);
});

describe('what nobody can find out about is never done twice', () => {
  const post = step('post', { uses: 'test.ask', repeat: 'ask' });

  test('a re-run over it is refused and names it', async () => {
    const world = await anEngineWorld(aPlan([[step('a')], [post], [asked]]));
    const rekey = await world.open();
    const id = await rekey.begin();
    const { code, message } = await refusalOf(rekey.engine.rerun(id, 'a', because()));
    expect([code, message]).toEqual(['point_of_no_return', expect.stringContaining('post')]);
    expect(world.outside.effects.get(`${id}.post.1`)).toBe(1);
    await rekey.engine.rerun(id, 'asked', because());
    await rekey.queue.settle();
    expect((await rekey.run(id)).steps.asked).toMatchObject({ generation: 2 });
  });

  test('one that failed and did nothing is begun again', async () => {
    const world = await anEngineWorld(aPlan([[step('a')], [post]]));
    world.outside.results.set('post', ({ step: { token } }) =>
      token.endsWith('.1') ? { kind: 'failed', error: '403', events: [] } : { kind: 'done', outputs: {}, events: [] },
    );
    const rekey = await world.open();
    const id = await rekey.begin();
    await rekey.engine.rerun(id, 'a', because());
    await rekey.queue.settle();
    expect(await rekey.run(id)).toMatchObject({ outcome: 'succeeded', steps: { post: { generation: 2 } } });
  });

  test('at the end it stays done, and keeps nobody from trying the rest again', async () => {
    const { world, rekey, id } = await failedBeside(asked, [[post], [step('summary')]]);
    await rekey.engine.retry(id, null, because());
    await rekey.queue.settle();
    const { token } = await rekey.openAsk(id);
    await rekey.engine.answer(token, { ...from(alice), person: alice, yes: true, evidence: '' });
    await rekey.queue.settle();
    expect((await rekey.run(id)).outcome).toBe('succeeded');
    expect([...world.outside.effects.keys()].filter((token) => token.includes('.post.'))).toEqual([`${id}.post.1`]);
    expect(world.outside.effects.get(`${id}.summary.2`)).toBe(1);
  });
});
