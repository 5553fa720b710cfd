import { describe, expect, test } from 'vitest';
import { alice, bob, MINUTE } from '../support/builders.ts';
import { anEngineWorld, castOn, from, outcomeOf, refusalOf } from '../support/engine-world.ts';
import { aPlan, aPlannedStep } from '../support/plans.ts';

const step = aPlannedStep;
const gate = step('go', {
  uses: 'approve',
  effect: 'reads',
  resolve: () => ({ question: 'Replace it?', rule: 'rotate' }),
});
const asked = step('redeployed', {
  uses: 'ask',
  effect: 'reads',
  resolve: () => ({ question: 'Redeployed?', assignee: 'alice', evidence: 'none' }),
});
const because = (reason = 'the payments team is in the middle of a release') => ({ ...from(bob), reason });

describe('a paused run', () => {
  async function paused(after = [step('after')]) {
    const world = await anEngineWorld(aPlan([[gate], after]));
    const rekey = await world.open();
    const id = await rekey.begin();
    await rekey.engine.pause(id, because());
    await rekey.queue.settle();
    return { world, rekey, id };
  }

  test('begins nothing new although the people have agreed, and goes on when it is resumed', async () => {
    const { world, rekey, id } = await paused();
    await castOn(rekey, await rekey.openApproval(id), { person: bob, vote: 'approve' });
    await rekey.queue.settle();
    expect(await rekey.states(id)).toEqual({ go: 'waiting' });
    await rekey.engine.resume(id, because('the release is out'));
    await rekey.queue.settle();
    expect((await rekey.run(id)).outcome).toBe('succeeded');
    expect(world.outside.effects.get(`${id}.after.1`)).toBe(1);
  });

  test('lets an approval expire on time, and takes nothing back before it is resumed', async () => {
    const { world, rekey, id } = await paused();
    const { id: approval, expiresAt } = await rekey.openApproval(id);
    await rekey.queue.ring(world.pass(expiresAt.getTime() - world.now().getTime()));
    expect(await outcomeOf(rekey, approval)).toBe('expired');
    expect(await rekey.run(id)).toMatchObject({ outcome: null, steps: { go: { state: 'failed' } } });
    await rekey.engine.resume(id, because());
    await rekey.queue.settle();
    expect((await rekey.run(id)).outcome).toBe('failed');
  });

  test('can be cancelled', async () => {
    const { rekey, id } = await paused();
    await rekey.engine.cancel(id, because('false alarm'));
    await rekey.queue.settle();
    expect(await rekey.run(id)).toMatchObject({ outcome: 'cancelled', paused: null });
  });

  test('says who holds it and why, and a second pause changes nothing', async () => {
    const { rekey, id } = await paused();
    await rekey.engine.pause(id, { ...from(alice), reason: 'me too' });
    expect((await rekey.run(id)).paused).toMatchObject({
      by: 'person:bob',
      reason: expect.stringContaining('release'),
    });
  });

  test('is held while a step is under way: that step ends, and the next one does not begin', async () => {
    const world = await anEngineWorld(aPlan([[step('long')], [step('after')]]));
    const rekey = await world.open();
    world.outside.before = async (id, { run }) => {
      if (id === 'long') await rekey.engine.pause(run.id, because());
    };
    const id = await rekey.begin();
    expect(await rekey.states(id)).toEqual({ long: 'done' });
    expect(world.outside.effects.has(`${id}.after.1`)).toBe(false);
  });

  test('is refused without a reason, for those who may not, and where there is nothing to resume', async () => {
    const world = await anEngineWorld(aPlan([[gate]]));
    const rekey = await world.open();
    const id = await rekey.begin();
    const codes = [
      await refusalOf(rekey.engine.pause(id, because(' '))),
      await refusalOf(rekey.engine.pause(id, { ...from('mallory' as typeof bob), reason: 'x' })),
      await refusalOf(rekey.engine.resume(id, because())),
    ].map(({ code }) => code);
    expect(codes).toEqual(['reason_needed', 'not_allowed', 'not_paused']);
  });
});

describe('a step that is skipped', () => {
  test('while it waits is left out under a name, its question is over, and the run goes on', async () => {
    const world = await anEngineWorld(aPlan([[asked], [step('after')]]));
    const rekey = await world.open();
    const id = await rekey.begin();
    const open = await rekey.openAsk(id);
    await rekey.engine.skip(id, 'redeployed', because('there is no caller'));
    await rekey.queue.settle();
    expect(await rekey.run(id)).toMatchObject({
      outcome: 'succeeded',
      steps: { redeployed: { state: 'skipped', why: expect.stringMatching(/person:bob .*there is no caller/) } },
    });
    await refusalOf(rekey.engine.answer(open.token, { ...from(alice), person: alice, yes: true, evidence: '' }));
  });

  test('before it has begun never begins', async () => {
    const world = await anEngineWorld(aPlan([[asked], [step('deploy')], [step('after')]]));
    const rekey = await world.open();
    const id = await rekey.begin();
    await rekey.engine.skip(id, 'deploy', because());
    await rekey.engine.skip(id, 'redeployed', because());
    await rekey.queue.settle();
    expect(await rekey.states(id)).toEqual({ redeployed: 'skipped', deploy: 'skipped', after: 'done' });
    expect([...world.outside.effects.keys()]).toEqual([`${id}.after.1`]);
  });

  test('after it failed and ended the run opens the run again', async () => {
    const world = await anEngineWorld(aPlan([[step('tell')], [step('after')]], [[step('last')]]));
    world.outside.results.set('tell', () => ({ kind: 'failed', error: 'no such channel', events: [] }));
    const rekey = await world.open();
    const id = await rekey.begin();
    expect((await rekey.run(id)).outcome).toBe('failed');
    await rekey.engine.skip(id, 'tell', because());
    await rekey.queue.settle();
    expect(await rekey.run(id)).toMatchObject({
      outcome: 'succeeded',
      steps: { tell: { state: 'skipped' }, after: { state: 'done' } },
    });
  });

  test('is never an approval: that would be a way around people', async () => {
    const world = await anEngineWorld(aPlan([[gate], [step('after')]]));
    const rekey = await world.open();
    const id = await rekey.begin();
    const { code, message } = await refusalOf(rekey.engine.skip(id, 'go', because()));
    expect([code, message]).toEqual(['never_skipped', expect.stringContaining('a way around the people')]);
  });

  test('is not one whose outputs later steps surely need; they are named', async () => {
    const world = await anEngineWorld(
      aPlan([
        [asked],
        [step('deploy', { needs: new Set(['redeployed']) })],
        [step('prove', { needs: new Set(['redeployed']) })],
      ]),
    );
    const rekey = await world.open();
    const id = await rekey.begin();
    const { code, message } = await refusalOf(rekey.engine.skip(id, 'redeployed', because()));
    expect([code, message]).toEqual([
      'step_needed',
      expect.stringContaining('deploy, prove need what redeployed gives'),
    ]);
  });

  test('is refused while another step is under way, and by the same press twice it is skipped once', async () => {
    const world = await anEngineWorld(aPlan([[step('long')], [asked]]));
    const rekey = await world.open();
    let refused = '';
    world.outside.before = async (_id, { run }) => {
      refused = (await refusalOf(rekey.engine.skip(run.id, 'redeployed', because()))).code;
    };
    const id = await rekey.begin();
    expect(refused).toBe('step_under_way');
    const press = because();
    await rekey.engine.skip(id, 'redeployed', press);
    await rekey.engine.skip(id, 'redeployed', press);
    const lines = await rekey.ledger.read.audit({ subject: `run:${id}#redeployed`, limit: 50 });
    expect(lines.filter(({ action }) => action === 'step_skipped')).toHaveLength(1);
  });
});

test('a run that waits for a time, or for its next try, is cancelled at once', async () => {
  for (const until of [5 * MINUTE, 60 * MINUTE]) {
    const world = await anEngineWorld(aPlan([[step('a', { uses: 'test.undoable', undo: 'undo' })], [step('b')]]));
    world.outside.results.set('b', ({ now }) => ({
      kind: 'wait',
      waiting: { kind: 'time', until: new Date(now().getTime() + until) },
      events: [],
    }));
    const rekey = await world.open();
    const id = await rekey.begin();
    await rekey.engine.cancel(id, because('false alarm'));
    await rekey.queue.settle();
    expect(await rekey.run(id)).toMatchObject({ outcome: 'cancelled', steps: { a: { state: 'undone' } } });
  }
});
