import { describe, expect, test } from 'vitest';
import { RunId } from '../../src/domain/ids.ts';
import type { PlannedStep } from '../../src/domain/plan.ts';
import type { StepRecord } from '../../src/domain/run.ts';
import { bob, carol } from '../support/builders.ts';
import { anEngineWorld, castOn, from, outcomeOf, refusalOf } from '../support/engine-world.ts';
import { aPlan, aPlannedStep } from '../support/plans.ts';

const yes = (person: typeof bob) => ({ ...from(person), person, yes: true, evidence: '' });
const asking = (id: string, assignee: string, overrides: Partial<PlannedStep> = {}) =>
  aPlannedStep(id, { uses: 'ask', effect: 'reads', resolve: () => ({ question: `${id}?`, assignee }), ...overrides });
const go = aPlannedStep('go', {
  uses: 'approve',
  effect: 'reads',
  resolve: () => ({ question: 'Replace it?', rule: 'rotate' }),
});
const child = aPlannedStep('child', { uses: 'runbook.start', resolve: () => ({ runbook: 'R-CHILD', inputs: {} }) });
const CHILD_PLAN = {
  ...aPlan([[asking('first', 'bob')], [aPlannedStep('kill', { uses: 'test.final', undo: 'point_of_no_return' })]]),
  hash: 'c'.repeat(64),
};

/** What it waits for, an approval or a question. */
const waitedBy = (record: StepRecord | undefined) =>
  (record?.state === 'waiting' && 'id' in record.waiting ? record.waiting.id : '') as never;

/** A run whose step `bad` fails beside this one, and that waits in `finally` for carol to say that people were told. */
async function stoppedBeside(beside: PlannedStep) {
  const plan = aPlan(
    [[beside, aPlannedStep('bad')], [aPlannedStep('never')]],
    [[asking('told', 'carol', { phase: 'finally' })]],
  );
  const world = await anEngineWorld(plan);
  world.setRunbook('R-CHILD', CHILD_PLAN);
  world.outside.results.set('bad', () => ({ kind: 'failed', error: 'no', events: [] }));
  const here = await world.open();
  const id = await here.begin();
  return { world, here, id };
}

describe('a run that has stopped and still tells people of its end', () => {
  test('has stopped what it started, which kills no key any more', async () => {
    const { world, here, id } = await stoppedBeside(child);
    const kid = RunId.parse(`${id}-child-1`);
    expect(await here.run(id)).toMatchObject({ finishedAt: null, stoppedAt: world.now() });
    expect(await here.run(kid)).toMatchObject({ outcome: 'cancelled' });
    expect([...world.outside.effects.keys()]).not.toContain(`${kid}.kill.1`);
  });

  test('takes no vote any more', async () => {
    const { here, id } = await stoppedBeside(go);
    const waited = waitedBy((await here.run(id)).steps.go);
    expect(await outcomeOf(here, waited)).toBe('cancelled');
    const approval = await here.ledger.read.approval(waited);
    if (approval === null) throw new Error('there is no approval');
    expect((await refusalOf(castOn(here, approval, { person: bob, vote: 'approve' }))).code).toBe('already_decided');
  });

  test('takes no answer to what its stages asked any more, and the one that its end needs', async () => {
    const { here, id } = await stoppedBeside(asking('asked', 'bob'));
    const tokenOf = async (step: string) => {
      const waited = waitedBy((await here.run(id)).steps[step]);
      return (await here.ledger.read.ask(waited))?.token ?? '';
    };
    expect(await refusalOf(here.engine.answer(await tokenOf('asked'), yes(bob)))).toMatchObject({
      code: 'run_over',
      message: expect.stringContaining('has stopped'),
    });
    await here.engine.answer(await tokenOf('told'), yes(carol));
    await here.queue.settle();
    expect(await here.run(id)).toMatchObject({ outcome: 'failed', steps: { told: { state: 'done' } } });
  });

  test('has that on record once', async () => {
    const { here, id } = await stoppedBeside(go);
    await here.engine.advance(id);
    await here.engine.advance(id);
    const stops = (await here.ledger.read.audit({ run: id, limit: 500 })).filter(
      ({ action }) => action === 'run_stopped',
    );
    expect(stops).toHaveLength(1);
  });
});

test('a cancelled run takes the answer that its end needs', async () => {
  const plan = aPlan([[asking('asked', 'bob')]], [[asking('told', 'carol', { phase: 'finally' })]]);
  const here = await (await anEngineWorld(plan)).open();
  const id = await here.begin();
  const asked = await here.openAsk(id);
  await here.engine.cancel(id, { ...from(bob), reason: 'not needed' });
  await here.queue.settle();
  expect((await refusalOf(here.engine.answer(asked.token, yes(bob)))).code).toBe('run_over');
  const waited = waitedBy((await here.run(id)).steps.told);
  const told = await here.ledger.read.ask(waited);
  await here.engine.answer(told?.token ?? '', yes(carol));
  await here.queue.settle();
  expect(await here.run(id)).toMatchObject({ outcome: 'cancelled', steps: { told: { state: 'done' } } });
});

test('a run that a person has go on stops again when it fails again', async () => {
  const world = await anEngineWorld(aPlan([[aPlannedStep('bad')]], [[asking('told', 'carol', { phase: 'finally' })]]));
  world.outside.results.set('bad', () => ({ kind: 'failed', error: 'no', events: [] }));
  const here = await world.open();
  const id = await here.begin();
  const told = await here.openAsk(id);
  await here.engine.answer(told.token, yes(carol));
  await here.queue.settle();
  const first = (await here.run(id)).stoppedAt;
  world.pass(60_000);
  await here.engine.retry(id, 'bad', { ...from(bob), reason: 'once more' });
  await here.queue.settle();
  expect(first).not.toBeNull();
  expect(await here.run(id)).toMatchObject({ finishedAt: null, stoppedAt: world.now() });
});
