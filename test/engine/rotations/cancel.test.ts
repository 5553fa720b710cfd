import { expect, test } from 'vitest';
import { RotationId } from '../../../src/domain/ids.ts';
import { bob, carol, daysAfter, NOON } from '../../support/builders.ts';
import { from, refusalOf } from '../../support/engine-world.ts';
import { recordEvents } from '../../support/ledger-file.ts';
import { aPlan, aPlannedStep } from '../../support/plans.ts';
import { aRotationsWorld, asks, reports, runOf, untilGrace } from './rotations-world.ts';

const because = { ...from(bob), reason: 'the release is off' };

test('a scheduled rotation that is cancelled has ended, with the reason', async () => {
  const rekey = await (await aRotationsWorld()).process();
  const { rotation } = await rekey.rotations.request(asks({ notBefore: daysAfter(NOON, 3) }));
  const ended = await rekey.rotations.cancel(rotation.id, because);
  expect(ended).toMatchObject({ state: 'cancelled', endedAt: NOON, why: 'the release is off' });
  expect((await rekey.rotations.request(asks())).kind).toBe('started');
});

test('one that has begun is taken back by its run before its point of no return', async () => {
  const world = await aRotationsWorld();
  const rekey = await world.process();
  const { rotation } = await rekey.rotations.request(asks());
  await rekey.queue.settle();
  await rekey.rotations.cancel(rotation.id, because);
  await rekey.queue.settle();
  expect(world.outside.undone).toEqual(['mint']);
  expect(await rekey.rotation(rotation)).toMatchObject({ state: 'cancelled', endedAt: NOON });
});

test('cancelling twice, also at the same time, is cancelling once', async () => {
  const world = await aRotationsWorld();
  const [here, there] = [await world.process(), await world.process()];
  const { rotation } = await here.rotations.request(asks());
  await here.queue.settle();
  await Promise.all([here.rotations.cancel(rotation.id, because), there.rotations.cancel(rotation.id, because)]);
  await Promise.all([here.queue.settle(), there.queue.settle()]);
  expect(await here.rotations.cancel(rotation.id, because)).toMatchObject({ state: 'cancelled' });
  expect((await here.actions()).filter((action) => action === 'run_cancel_requested')).toHaveLength(1);
});

test('once the old key is revoked there is nothing to take back, and that is said', async () => {
  const rekey = await (await aRotationsWorld()).process();
  const { rotation } = await rekey.rotations.request(asks());
  await rekey.queue.settle();
  const replacement = await untilGrace(rekey, rotation);
  const revoked = { type: 'key_revoked', key: reports().id, replacedBy: replacement.id } as const;
  await recordEvents(rekey.ledger, [revoked], { run: rotation.run });
  expect(await refusalOf(rekey.rotations.cancel(rotation.id, because))).toMatchObject({
    code: 'point_of_no_return',
    message: expect.stringContaining('goes on until that key is proved dead'),
  });
});

test('nor while the step that revokes is under way', async () => {
  const revoke = aPlannedStep('revoke', { uses: 'test.final', undo: 'point_of_no_return' });
  const world = await aRotationsWorld(aPlan([[revoke]]));
  const rekey = await world.process();
  world.outside.results.set('revoke', () => ({
    kind: 'wait',
    waiting: { kind: 'time', until: daysAfter(NOON, 1) },
    events: [],
  }));
  const { rotation } = await rekey.rotations.request(asks());
  await rekey.queue.settle();
  expect((await rekey.run(runOf(rotation))).steps.revoke?.state).toBe('waiting');
  expect((await refusalOf(rekey.rotations.cancel(rotation.id, because))).code).toBe('point_of_no_return');
});

test.each([
  ['that is not there', RotationId.parse('rot-none'), because, 'unknown_rotation'],
  ['by somebody who may not', null, { ...from(carol), reason: 'no' }, 'not_allowed'],
  ['without a reason', null, { ...from(bob), reason: ' ' }, 'reason_needed'],
])('a cancel of a rotation %s is refused', async (_what, id, request, code) => {
  const rekey = await (await aRotationsWorld()).process();
  const { rotation } = await rekey.rotations.request(asks({ notBefore: daysAfter(NOON, 3) }));
  expect((await refusalOf(rekey.rotations.cancel(id ?? rotation.id, request))).code).toBe(code);
  expect(await rekey.rotation(rotation)).toMatchObject({ state: 'scheduled' });
  expect((await rekey.actions()).at(-1)).toBe('request_refused');
});

test('one that ended otherwise is not cancelled any more', async () => {
  const rekey = await (await aRotationsWorld()).process();
  const { rotation } = await rekey.rotations.request(asks({ notBefore: daysAfter(NOON, 3) }));
  await rekey.rotations.request(asks({ ...from(bob), mode: 'exploited' }));
  expect(await refusalOf(rekey.rotations.cancel(rotation.id, because))).toMatchObject({
    code: 'rotation_over',
    message: `${rotation.id} ended at 2027-03-10 12:00:00 UTC (preempted).`,
  });
  await rekey.queue.settle();
});
