import { describe, expect, test } from 'vitest';
import { RunId } from '../../../src/domain/ids.ts';
import type { PlannedStep } from '../../../src/domain/plan.ts';
import { askedPeople } from '../../support/asked-people.ts';
import { bob, carol } from '../../support/builders.ts';
import { anEngineWorld, from, refusalOf } from '../../support/engine-world.ts';
import { aPlan, aPlannedStep } from '../../support/plans.ts';

const ASKED = { question: 'Redeployed?', assignee: 'carol', push_back_to: ['before'] };
const back = (to = 'before', reason = 'the pipeline is red') => ({ ...from(carol), person: carol, to, reason });
const yes = (person: typeof bob) => ({ ...from(person), person, yes: true, evidence: '' });

test('begins the earlier step and everything after it again, as a new generation with a new question', async () => {
  const { world, here, id, ask, now } = await askedPeople(ASKED);
  await here.engine.pushBack(ask.token, back());
  await here.queue.settle();
  expect(await now()).toMatchObject({
    answer: null,
    pushedBack: { to: 'before', reason: 'the pipeline is red', by: 'carol' },
  });
  expect(world.outside.effects).toEqual(
    new Map([
      [`${id}.before.1`, 1],
      [`${id}.before.2`, 1],
    ]),
  );
  const again = await here.openAsk(id);
  expect(again.id).not.toBe(ask.id);
  await here.engine.answer(again.token, yes(carol));
  await here.queue.settle();
  expect(await here.run(id)).toMatchObject({ outcome: 'succeeded' });
  expect((await here.run(id)).steps.asked).toMatchObject({ generation: 2, outputs: { by: 'carol' } });
});

test('ends the old question: its button says who sent it back, and why', async () => {
  const { here, ask } = await askedPeople(ASKED);
  await here.engine.pushBack(ask.token, back());
  await here.queue.settle();
  const refusal = await refusalOf(here.engine.answer(ask.token, yes(carol)));
  expect(refusal).toMatchObject({
    code: 'pushed_back',
    message: expect.stringMatching(/carol .* before .*pipeline is red/),
  });
});

test('twice is once', async () => {
  const { here, id, ask } = await askedPeople(ASKED);
  await Promise.all([here.engine.pushBack(ask.token, back()), here.engine.pushBack(ask.token, back())]);
  await here.queue.settle();
  expect((await here.run(id)).steps.before).toMatchObject({ generation: 2 });
});

test('and an answer in the same moment have one winner', async () => {
  const { here, there, ask, now } = await askedPeople(ASKED);
  const ends = await Promise.allSettled([
    here.engine.pushBack(ask.token, back()),
    there.engine.answer(ask.token, yes(bob)),
  ]);
  await Promise.all([here.queue.settle(), there.queue.settle()]);
  expect(ends.filter((end) => end.status === 'rejected')).toHaveLength(1);
  const after = await now();
  expect((after?.answer === null) !== (after?.pushedBack === null)).toBe(true);
});

test.each([
  ['to a step that the runbook does not name', back('then'), 'no_push_back'],
  ['without a reason', back('before', ' '), 'reason_required'],
  ['with a key in the reason', back('before', `ghp_${'a'.repeat(36)}`), 'secret_in_answer'],
])('is refused %s, and nothing changes', async (_how, press, code) => {
  const { here, id, ask, now } = await askedPeople(ASKED);
  expect((await refusalOf(here.engine.pushBack(ask.token, press))).code).toBe(code);
  expect((await now())?.pushedBack).toBeNull();
  expect((await here.run(id)).steps.before).toMatchObject({ state: 'done', generation: 1 });
});

describe('beside what waits', () => {
  const asked = aPlannedStep('asked', { uses: 'ask', effect: 'reads', resolve: () => ASKED });
  const beside = async (step: PlannedStep, childPlan = aPlan([[aPlannedStep('inner')]])) => {
    const world = await anEngineWorld(aPlan([[aPlannedStep('before')], [asked, step], [aPlannedStep('then')]]));
    world.setRunbook('R-CHILD', { ...childPlan, hash: 'c'.repeat(64) });
    const here = await world.open();
    const id = await here.begin();
    const ask = await here.openAsk(id);
    return { world, here, id, ask };
  };

  test('an approval, closes it and asks for a new one', async () => {
    const go = aPlannedStep('go', {
      uses: 'approve',
      effect: 'reads',
      resolve: () => ({ question: 'Replace it?', rule: 'rotate' }),
    });
    const { here, id, ask } = await beside(go);
    const first = await here.openApproval(id);
    await here.engine.pushBack(ask.token, back());
    await here.queue.settle();
    expect((await here.ledger.read.approval(first.id))?.outcome).toBe('cancelled');
    expect((await here.openApproval(id)).id).not.toBe(first.id);
    expect(await here.states(id)).toMatchObject({ asked: 'waiting', go: 'waiting' });
  });

  test('a run that it started, stops that one before another begins', async () => {
    const child = aPlannedStep('child', {
      uses: 'runbook.start',
      resolve: () => ({ runbook: 'R-CHILD', inputs: {} }),
    });
    const waits = aPlannedStep('inner', {
      uses: 'ask',
      effect: 'reads',
      resolve: () => ({ ...ASKED, push_back_to: [] }),
    });
    const { here, id, ask } = await beside(child, aPlan([[waits]]));
    await here.engine.pushBack(ask.token, back());
    await here.queue.settle();
    expect(await here.run(RunId.parse(`${id}-child-1`))).toMatchObject({ outcome: 'cancelled' });
    expect(await here.ledger.read.openChildren(id)).toEqual([`${id}-child-2`]);
  });
});
