import { expect, test } from 'vitest';
import { bob, carol, DAY, HOUR, NOON } from '../../support/builders.ts';
import { from, refusalOf } from '../../support/engine-world.ts';
import { recordEvents } from '../../support/ledger-file.ts';
import { aRotationsWorld, asks, reports, runOf, untilGrace } from './rotations-world.ts';

const later = (ms: number) => new Date(NOON.getTime() + ms);
const more = (hours: number, overrides = {}) => ({
  ...from(bob),
  key: 'reports-prod',
  hours,
  reason: 'billing moves tomorrow',
  ...overrides,
});
const waiver = (overrides = {}) => ({ ...from(bob), key: 'reports-prod', reason: 'nobody needs it', ...overrides });

/** `reports-prod v1` has been in grace for an hour; v2 is in use. */
async function inGrace() {
  const world = await aRotationsWorld();
  const rekey = await world.process();
  const { rotation } = await rekey.rotations.request(asks());
  await rekey.queue.settle();
  await untilGrace(rekey, rotation);
  world.pass(HOUR);
  return { world, rekey, rotation };
}

test('a grace is extended by the name of the key, once, and the run that waits for it looks again (S3-21)', async () => {
  const { world, rekey, rotation } = await inGrace();
  const key = await rekey.rotations.extendGrace(more(12));
  expect(key).toMatchObject({ id: reports().id, graceEndsAt: later(36 * HOUR), graceExtensions: 1 });
  expect(await rekey.rotation(rotation)).toMatchObject({ state: 'grace', graceEndsAt: later(36 * HOUR) });
  expect(await rekey.ledger.leases.due(world.now(), () => false)).toEqual([rotation.run]);
  expect((await refusalOf(rekey.rotations.extendGrace(more(1)))).code).toBe('grace_extended');
});

test('two people who extend at once extend it once', async () => {
  const { world, rekey } = await inGrace();
  const there = await world.process();
  const both = await Promise.allSettled([rekey.rotations.extendGrace(more(12)), there.rotations.extendGrace(more(6))]);
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(await rekey.key(reports().id)).toMatchObject({ graceExtensions: 1 });
});

test('an extension after the end brings the old key back, as long as it is not revoked', async () => {
  const { world, rekey, rotation } = await inGrace();
  world.pass(30 * HOUR);
  const callers = [{ caller: 'billing', calls: 40 }];
  await recordEvents(rekey.ledger, [{ type: 'usage_gate_held', key: reports().id, share: 0.2, callers }]);
  expect(await rekey.rotation(rotation)).toMatchObject({ state: 'usage_gate' });
  expect(await rekey.rotations.extendGrace(more(12))).toMatchObject({ graceEndsAt: later(43 * HOUR) });
  expect(await rekey.rotation(rotation)).toMatchObject({ state: 'grace' });
});

test('the same request twice extends once', async () => {
  const { rekey } = await inGrace();
  const request = more(6);
  await rekey.rotations.extendGrace(request);
  expect(await rekey.rotations.extendGrace(request)).toMatchObject({ graceEndsAt: later(30 * HOUR) });
});

test('no grace of an emergency is extended', async () => {
  const world = await aRotationsWorld();
  const rekey = await world.process();
  const { rotation } = await rekey.rotations.request(asks({ ...from(bob), mode: 'extended' }));
  await rekey.queue.settle();
  await untilGrace(rekey, rotation);
  expect(await refusalOf(rekey.rotations.extendGrace(more(1)))).toMatchObject({
    code: 'no_extension',
    message: expect.stringContaining('extended'),
  });
});

test('a grace that an emergency has cut is not extended, also when the rotation had ended before that', async () => {
  for (const ended of [false, true]) {
    const { rekey, rotation } = await inGrace();
    const over = { type: 'rotation_ended', rotation: rotation.id, outcome: 'failed', why: 'test' } as const;
    if (ended) await recordEvents(rekey.ledger, [over]);
    await rekey.rotations.request(asks({ ...from(bob), mode: 'suspected', reason: 'it is in a gist' }));
    await rekey.queue.settle();
    expect(await rekey.key(reports().id)).toMatchObject({ state: 'retiring', graceEndsAt: later(HOUR) });
    const changed = { type: 'key_changed', key: reports().id, change: { rateLimit: 5 }, reason: 'test' } as const;
    await recordEvents(rekey.ledger, Array(201).fill(changed));
    expect((await refusalOf(rekey.rotations.extendGrace(more(0.5)))).code).toBe('no_extension');
    expect(await rekey.key(reports().id)).toMatchObject({ graceEndsAt: later(HOUR), graceExtensions: 0 });
  }
});

test.each([
  ['of more than half of the original', more(13), 'grace_out_of_bounds'],
  ['by somebody who may not', more(1, from(carol)), 'not_allowed'],
  ['of a key that is in no grace', more(1, { key: 'payments-prod' }), 'not_in_grace'],
  ['of a key that is not there', more(1, { key: 'nothing' }), 'unknown_key'],
  ['without a reason', more(1, { reason: '' }), 'reason_needed'],
])('an extension %s is refused, on record', async (_what, request, code) => {
  const { rekey } = await inGrace();
  expect((await refusalOf(rekey.rotations.extendGrace(request))).code).toBe(code);
  expect(await rekey.key(reports().id)).toMatchObject({ graceEndsAt: later(DAY), graceExtensions: 0 });
  expect((await rekey.actions()).at(-1)).toBe('request_refused');
});

test('who waives the usage gate is named in the audit, with the reason, and the run looks again', async () => {
  const { world, rekey, rotation } = await inGrace();
  await rekey.rotations.waiveGate(waiver());
  const [line] = await rekey.ledger.read.audit({ limit: 1 });
  expect(line).toMatchObject({ action: 'usage_gate_waived', actor: 'person:bob', subject: `key:${reports().id}` });
  expect(line?.details).toContain('nobody needs it');
  expect(await rekey.ledger.leases.due(world.now(), () => false)).toEqual([runOf(rotation)]);
});

test.each([
  ['of a key that is not being replaced', waiver({ key: 'payments-prod' }), 'no_gate'],
  ['by somebody who may not', waiver(from(carol)), 'not_allowed'],
])('a waiver %s is refused', async (_what, request, code) => {
  const { rekey } = await inGrace();
  expect((await refusalOf(rekey.rotations.waiveGate(request))).code).toBe(code);
});

test('a gate is not waived before there is a grace', async () => {
  const rekey = await (await aRotationsWorld()).process();
  await rekey.rotations.request(asks());
  expect((await refusalOf(rekey.rotations.waiveGate(waiver()))).code).toBe('no_gate');
  await rekey.queue.settle();
});
