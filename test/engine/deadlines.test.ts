import { describe, expect, test } from 'vitest';
import type { RunId } from '../../src/domain/ids.ts';
import type { Plan } from '../../src/domain/plan.ts';
import { alice, bob, MINUTE } from '../support/builders.ts';
import { anEngineWorld, castOn, from, outcomeOf, refusalOf } from '../support/engine-world.ts';
import { countOf, waitsUntil } from '../support/holding.ts';
import { rawLedger } from '../support/ledger-file.ts';
import { aPlan, aPlannedStep } from '../support/plans.ts';

const step = aPlannedStep;
const within = (plan: Plan, deadlinesMs: Plan['deadlinesMs']): Plan => ({ ...plan, deadlinesMs });
const approval = (id: string) => step(id, { uses: 'approve', resolve: () => ({ question: 'Go?', rule: 'rotate' }) });
const question = (id: string) =>
  step(id, { uses: 'ask', effect: 'reads', resolve: () => ({ question: 'Is it redeployed?', assignee: 'bob' }) });
const last = step('last', { phase: 'finally' });

describe('the deadline of a phase', () => {
  const plan = within(aPlan([[step('a', { uses: 'test.undoable', undo: 'undo' })], [approval('go')]], [[last]]), {
    recover: 5 * MINUTE,
  });

  test('wakes exactly the runs that are due, and those at that very instant', async () => {
    const world = await anEngineWorld(plan);
    const rekey = await world.open();
    const id = await rekey.begin();
    expect(rekey.queue.alarms.map(({ at }) => at)).toContainEqual(new Date(world.now().getTime() + 5 * MINUTE));
    const due = () => rekey.ledger.leases.due(world.now(), () => false);
    world.pass(5 * MINUTE - 1);
    expect(await due()).toEqual([]);
    world.pass(1);
    expect(await due()).toEqual([id]);
  });

  test('ends what waits for an approval: nobody can decide any more, what was done is taken back, and finally runs', async () => {
    const world = await anEngineWorld(plan);
    const rekey = await world.open();
    const id = await rekey.begin();
    const open = await rekey.openApproval(id);
    await rekey.queue.ring(world.pass(5 * MINUTE));
    expect(await rekey.states(id)).toEqual({ a: 'undone', go: 'failed', last: 'done' });
    const { steps, outcome } = await rekey.run(id);
    expect(outcome).toBe('failed');
    expect(steps.go).toMatchObject({
      error: 'deadline of recover (5m) passed at 2027-03-10 12:05:00 UTC while it waited for an approval',
    });
    expect(await outcomeOf(rekey, open.id)).toBe('cancelled');
    expect(await refusalOf(castOn(rekey, open, { person: bob, vote: 'approve' }))).toMatchObject({
      code: 'already_decided',
    });
  });

  test('closes a question though the run goes on without its answer', async () => {
    const asking = { ...question('asked'), onFailure: { kind: 'continue' } as const };
    const world = await anEngineWorld(
      within(aPlan([[{ ...asking, phase: 'investigate' }], [question('later')]]), { investigate: 15 * MINUTE }),
    );
    const rekey = await world.open();
    const id = await rekey.begin();
    const { token } = await rekey.openAsk(id);
    await rekey.queue.ring(world.pass(15 * MINUTE));
    expect(await rekey.states(id)).toEqual({ asked: 'failed', later: 'waiting' });
    const answer = rekey.engine.answer(token, { ...from(bob), person: bob, yes: true, evidence: '' });
    expect(await refusalOf(answer)).toMatchObject({ code: 'question_over' });
  });

  test('lets an answer count that was given before it, though the worker was down until after', async () => {
    const world = await anEngineWorld(plan);
    const rekey = await world.open();
    const id = await rekey.begin();
    rekey.queue.forgets = true;
    world.pass(4 * MINUTE);
    await castOn(rekey, await rekey.openApproval(id), { person: bob, vote: 'approve' });
    world.pass(5 * MINUTE);
    await rekey.engine.advance(id);
    expect((await rekey.run(id)).steps.go).toMatchObject({ state: 'done' });
  });

  test('stops the runs that a step of it had started', async () => {
    const child = { ...aPlan([[step('inner')]]), hash: 'c'.repeat(64) };
    const fan = step('fan', { uses: 'runbook.start', resolve: () => ({ runbook: 'R-CHILD', inputs: {} }) });
    const world = await anEngineWorld(within(aPlan([[fan]]), { recover: 15 * MINUTE }));
    world.outside.results.set('inner', waitsUntil(60 * MINUTE));
    const rekey = await world.open();
    rekey.queue.forgets = true;
    const id = await rekey.begin();
    world.setPlan(child);
    await rekey.engine.advance(id);
    const childId = `${id}-fan-1` as RunId;
    await rekey.engine.advance(childId);
    world.pass(15 * MINUTE);
    await rekey.engine.advance(id);
    expect(await rekey.run(id)).toMatchObject({ outcome: 'failed' });
    await rekey.engine.advance(childId);
    expect(await rekey.run(childId)).toMatchObject({ outcome: 'cancelled' });
  });
});

describe('the deadline of a step', () => {
  test('leaves the runs alone that other steps had started', async () => {
    const child = { ...aPlan([[step('inner')]]), hash: 'c'.repeat(64) };
    const fan = step('fan', { uses: 'runbook.start', resolve: () => ({ runbook: 'R-CHILD', inputs: {} }) });
    const short = { ...approval('go'), deadlineMs: 5 * MINUTE, onFailure: { kind: 'continue' } as const };
    const world = await anEngineWorld(aPlan([[fan, short]]));
    world.outside.results.set('inner', waitsUntil(60 * MINUTE));
    const rekey = await world.open();
    rekey.queue.forgets = true;
    const id = await rekey.begin();
    world.setPlan(child);
    await rekey.engine.advance(id);
    world.pass(5 * MINUTE);
    await rekey.engine.advance(id);
    expect(await rekey.states(id)).toEqual({ fan: 'waiting', go: 'failed' });
    expect((await rekey.run(`${id}-fan-1` as RunId)).cancelRequestedAt).toBeNull();
  });

  test('that has passed still leaves its whole time to an answer that came before', async () => {
    const slow = { ...step('a'), deadlineMs: 5 * MINUTE };
    const world = await anEngineWorld(aPlan([[slow]]));
    world.outside.results.set('a', ({ run }) => ({
      kind: 'wait',
      waiting: { kind: 'run', id: run.id, until: null },
      events: [],
    }));
    const rekey = await world.open();
    const id = await rekey.begin();
    rawLedger(world.file).prepare('update steps set answered = 1 where run_id = ?').run(id);
    world.pass(10 * MINUTE);
    world.outside.before = async (_id, { signal }) => {
      // Timers go off in their order: one of a time that is over already would have come before this.
      await new Promise((resolve) => AbortSignal.timeout(5).addEventListener('abort', resolve));
      signal.throwIfAborted();
    };
    await rekey.engine.advance(id);
    expect((await rekey.run(id)).steps.a).toMatchObject({ state: 'done' });
  });

  test('cuts the attempt that is under way, and does not begin another', async () => {
    const world = await anEngineWorld(aPlan([[step('a', { deadlineMs: 30 })]]));
    const aborted: unknown[] = [];
    world.outside.before = (_id, { signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(aborted.push(signal.reason))));
    const rekey = await world.open();
    const id = await rekey.begin();
    expect(aborted).toHaveLength(1);
    world.pass(30);
    await rekey.engine.advance(id);
    expect((await rekey.run(id)).steps.a).toMatchObject({
      state: 'failed',
      attempts: 1,
      error: expect.stringMatching(/^deadline of a .* another try: a did not end within 0\.03 s\.$/),
    });
  });

  test('never calls an effect failed that may be final: a person says whether it happened, and a no ends the step', async () => {
    const final = step('revoke', { uses: 'test.final', undo: 'point_of_no_return', deadlineMs: 10 * MINUTE });
    const world = await anEngineWorld(aPlan([[step('a', { uses: 'test.undoable', undo: 'undo' })], [final]], [[last]]));
    world.outside.after = (id) => {
      if (id === 'revoke') throw new Error('socket hang up');
    };
    const rekey = await world.open();
    const id = await rekey.begin();
    world.pass(10 * MINUTE);
    await rekey.engine.advance(id);
    expect((await rekey.run(id)).steps.revoke).toMatchObject({
      state: 'in_doubt',
      question: expect.stringContaining('deadline of revoke (10m) passed at 2027-03-10 12:10:00 UTC'),
    });
    expect(world.outside.undone).toEqual([]);
    await rekey.engine.settle(id, 'revoke', { ...from(alice), happened: false, reason: 'the key still works' });
    await rekey.queue.settle();
    expect(await rekey.states(id)).toEqual({ a: 'undone', revoke: 'failed', last: 'done' });
    expect(countOf(world.outside.effects)).toEqual([1, 1, 1]);
  });
});

describe('the deadline of a run', () => {
  const eightHours = 480 * MINUTE;

  test('stops it: what was done is taken back, questions and runs that it waits for are over, and finally is not cut', async () => {
    const plan = within(
      aPlan([[step('a', { uses: 'test.undoable', undo: 'undo' })], [approval('go'), question('asked')]], [[last]]),
      { run: eightHours },
    );
    const world = await anEngineWorld({
      ...plan,
      stages: plan.stages.map((stage) =>
        stage.map((one) => (one.id === 'go' ? { ...one, onFailure: { kind: 'continue' } } : one)),
      ),
    });
    const rekey = await world.open();
    const id = await rekey.begin();
    const { token } = await rekey.openAsk(id);
    world.outside.results.set('last', waitsUntil(30 * MINUTE));
    await rekey.queue.ring(world.pass(eightHours));
    const stopping = await rekey.run(id);
    expect(stopping).toMatchObject({ finishedAt: null, steps: { a: { state: 'undone' }, last: { state: 'waiting' } } });
    expect(stopping.overdueAt).toEqual(world.now());
    const answer = rekey.engine.answer(token, { ...from(bob), person: bob, yes: true, evidence: '' });
    expect(await refusalOf(answer)).toMatchObject({ code: 'run_over' });
    await rekey.queue.ring(world.pass(30 * MINUTE));
    expect(await rekey.run(id)).toMatchObject({ outcome: 'failed', steps: { last: { state: 'done' } } });
    const [ended] = await rekey.ledger.read.audit({ run: id, limit: 1 });
    expect(ended?.details).toContain('deadline of the run (8h) passed at 2027-03-10 20:00:00 UTC');
  });

  test('stops its child runs with it', async () => {
    const child = { ...aPlan([[step('inner')]]), hash: 'c'.repeat(64) };
    const fan = step('fan', { uses: 'runbook.start', resolve: () => ({ runbook: 'R-CHILD', inputs: {} }) });
    const world = await anEngineWorld(within(aPlan([[fan]]), { run: eightHours }));
    world.outside.results.set('inner', waitsUntil(2 * eightHours));
    const rekey = await world.open();
    rekey.queue.forgets = true;
    const id = await rekey.begin();
    world.setPlan(child);
    await rekey.engine.advance(id);
    const childId = `${id}-fan-1` as RunId;
    await rekey.engine.advance(childId);
    world.pass(eightHours);
    await rekey.engine.advance(id);
    await rekey.engine.advance(childId);
    expect([(await rekey.run(id)).outcome, (await rekey.run(childId)).outcome]).toEqual(['failed', 'cancelled']);
  });

  test('a run that was stopped by it and is opened again has its time again', async () => {
    const world = await anEngineWorld(within(aPlan([[question('asked')]]), { run: eightHours }));
    const rekey = await world.open();
    const id = await rekey.begin();
    await rekey.queue.ring(world.pass(eightHours));
    expect((await rekey.run(id)).outcome).toBe('failed');
    world.pass(60 * MINUTE);
    await rekey.ledger.record({ at: world.now(), actor: 'person:alice', channel: 'slack', run: id }, async () => ({
      events: [{ type: 'run_reopened', run: id, reason: 'alice has time now' }],
      result: undefined,
    }));
    expect(await rekey.run(id)).toMatchObject({ finishedAt: null, overdueAt: null, deadlinesFrom: world.now() });
    await rekey.engine.advance(id);
    expect((await rekey.run(id)).finishedAt).toBeNull();
  });
});
