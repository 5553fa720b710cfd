import { describe, expect, test } from 'vitest';
import { KeyId, RotationId } from '../../../src/domain/ids.ts';
import { aRotation, bob, carol, DAY, daysAfter, HOUR, MINUTE, NOON } from '../../support/builders.ts';
import { from, refusalOf } from '../../support/engine-world.ts';
import { recordEvents } from '../../support/ledger-file.ts';
import { aRotationsWorld, asks, MAY, reports, runOf, successorOf } from './rotations-world.ts';

const later = (ms: number) => new Date(NOON.getTime() + ms);

test('a planned rotation is a run of R-ROTATE without an incident, due without any queue (S3-01)', async () => {
  const world = await aRotationsWorld();
  const rekey = await world.process();
  rekey.queue.away = true;
  const { kind, rotation } = await rekey.rotations.request(asks({ graceHours: 4 }));
  expect(kind).toBe('started');
  expect(rotation).toMatchObject({ state: 'intent_written', mode: 'planned', graceMs: 4 * HOUR, startedAt: NOON });
  expect(await rekey.run(runOf(rotation))).toMatchObject({
    incident: null,
    runbook: { id: 'R-ROTATE' },
    requestedBy: 'person:alice',
    reason: 'it is old',
    inputs: {
      key: { slug: 'reports-prod', version: 1 },
      mode: 'planned',
      grace_minutes: 240,
      approvals: 0,
      deliver_to: 'registered',
      recipient: '',
    },
  });
  expect(await rekey.ledger.leases.due(NOON, () => false)).toEqual([rotation.run]);
  expect((await rekey.actions()).slice(2)).toEqual(['rotation_requested', 'run_started', 'rotation_started']);
});

test('a class whose rotations people approve waits for them first', async () => {
  const world = await aRotationsWorld();
  world.setRule({ approvals: { planned: 2, emergency: 1 } });
  const { rotation } = await (await world.process()).rotations.request(asks());
  expect(rotation).toMatchObject({ state: 'awaiting_approval', approvals: 2 });
});

test('the new key is offered to whom the request names', async () => {
  const rekey = await (await aRotationsWorld()).process();
  const { rotation } = await rekey.rotations.request(asks({ deliver: { to: 'claim', recipient: 'person:carol' } }));
  expect((await rekey.run(runOf(rotation))).inputs).toMatchObject({ deliver_to: 'claim', recipient: 'person:carol' });
});

test('a grace is never recorded longer than the old key lives', async () => {
  const world = await aRotationsWorld();
  const rekey = await world.process();
  const key = reports({
    id: KeyId.parse('key-short'),
    slug: 'short',
    digest: 'e'.repeat(64),
    externalRef: 's',
    expiresAt: later(90 * MINUTE),
  });
  await recordEvents(rekey.ledger, [{ type: 'key_issued', key }]);
  const { rotation } = await rekey.rotations.request(asks({ key: 'short' }));
  expect(rotation.graceMs).toBe(90 * MINUTE);
});

test('the same request twice, also at the same time and after a restart, has one effect', async () => {
  const world = await aRotationsWorld();
  const [here, there] = [await world.process(), await world.process()];
  const request = asks();
  const both = await Promise.all([here.rotations.request(request), there.rotations.request(request)]);
  expect(both.map(({ kind }) => kind).sort()).toEqual(['repeated', 'started']);
  const again = await (await world.process()).rotations.request(request);
  expect(again).toMatchObject({
    kind: 'repeated',
    rotation: { id: both[0]?.rotation.id },
    key: { slug: 'reports-prod' },
  });
  expect(await here.ledger.read.openRotations(9)).toHaveLength(1);
});

test('of two people who ask at once one begins, and the other is told since when, by whom and until when', async () => {
  const world = await aRotationsWorld();
  const [here, there] = [await world.process(), await world.process()];
  const both = await Promise.allSettled([here.rotations.request(asks()), there.rotations.request(asks(from(carol)))]);
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  const refused = both.find((one) => one.status === 'rejected');
  expect(refused?.reason).toMatchObject({ code: 'rotation_open' });
  expect(refused?.reason.message).toMatch(/in progress since 2027-03-10 12:00:00 UTC by person:(alice|carol), ends/);
  expect(await here.ledger.read.openRotations(9)).toHaveLength(1);
});

test('while an incident’s run works on the key, nobody plans a rotation of it', async () => {
  const rekey = await (await aRotationsWorld()).process();
  await rekey.engine.rotate({ ...from(bob), slug: 'reports-prod', situation: 'suspected', reason: 'a gist' });
  const refusal = await refusalOf(rekey.rotations.request(asks()));
  expect(refusal).toMatchObject({ code: 'rotation_open', message: expect.stringContaining('R-KEY-EXPIRY') });
  await rekey.queue.settle();
});

describe('when it begins', () => {
  const windows = [{ days: ['thu'], from: '06:00', to: '08:00' }] as const;

  test('the schedule gives notice first, 24 hours by default (S3-03)', async () => {
    const world = await aRotationsWorld();
    const rekey = await world.process();
    const { kind, rotation } = await rekey.rotations.request(asks({ actor: 'schedule:rotations', channel: 'engine' }));
    expect(kind).toBe('scheduled');
    expect(rotation).toMatchObject({ state: 'scheduled', run: null, scheduledAt: daysAfter(NOON, 1), approvals: 0 });
    expect(await rekey.ledger.read.openRunOfKey(rotation.key)).toBeNull();
  });

  test('the schedule begins in a window of the team’s zone', async () => {
    const world = await aRotationsWorld();
    world.setRule({ windows, leadHours: 4 });
    const asked = asks({ actor: 'schedule:rotations', channel: 'engine' });
    const { rotation } = await (await world.process()).rotations.request(asked);
    // Thursday 06:00 in Berlin.
    expect(rotation.scheduledAt).toEqual(new Date('2027-03-11T05:00:00Z'));
  });

  test('a person who says now is not kept by a window, and one who names a time is', async () => {
    const world = await aRotationsWorld();
    world.setRule({ windows });
    const rekey = await world.process();
    const named = await rekey.rotations.request(asks({ notBefore: later(HOUR) }));
    expect(named).toMatchObject({ kind: 'scheduled', rotation: { scheduledAt: new Date('2027-03-11T05:00:00Z') } });
    await rekey.rotations.cancel(named.rotation.id, { ...from(bob), reason: 'now is better' });
    expect((await rekey.rotations.request(asks())).kind).toBe('started');
  });

  test('a freeze keeps everybody who gives no reason, and moves what is planned for later behind it', async () => {
    const freezes = [{ name: 'release', from: '2027-03-10T08:00', to: '2027-03-12T18:00' }];
    const rekey = await (await aRotationsWorld(undefined, { ...MAY, freezes })).process();
    expect(await refusalOf(rekey.rotations.request(asks()))).toMatchObject({
      code: 'frozen',
      message:
        'No planned rotation begins now: the freeze "release" lasts until 2027-03-12 17:00:00 UTC. ' +
        'Ask for then or later, or say why this one cannot wait.',
    });
    const moved = await rekey.rotations.request(asks({ notBefore: later(HOUR) }));
    expect(moved.rotation.scheduledAt).toEqual(new Date('2027-03-12T17:00:00Z'));
    await rekey.rotations.cancel(moved.rotation.id, { ...from(bob), reason: 'it cannot wait' });
    const forced = await rekey.rotations.request(asks({ override: 'the vendor turns it off tonight' }));
    expect(forced).toMatchObject({
      kind: 'started',
      rotation: { reason: 'it is old (rules set aside: the vendor turns it off tonight)' },
    });
  });

  test('a freeze of another environment keeps nobody', async () => {
    const freezes = [{ name: 'staging', from: '2027-03-10T08:00', to: '2027-03-12T18:00', environments: ['staging'] }];
    const rekey = await (await aRotationsWorld(undefined, { ...MAY, freezes })).process();
    expect((await rekey.rotations.request(asks())).kind).toBe('started');
  });
});

const past = (id: string, at: Date, state: 'completed' | 'cancelled' = 'completed') => ({
  type: 'rotation_requested' as const,
  rotation: aRotation({
    id: RotationId.parse(id),
    key: reports().id,
    slug: 'reports-prod',
    state,
    createdAt: at,
    startedAt: at,
    endedAt: at,
  }),
});

test('the same key is rotated once in 24 hours, unless somebody says why not', async () => {
  const rekey = await (await aRotationsWorld()).process();
  await recordEvents(rekey.ledger, [past('rot-before', later(-DAY + MINUTE))]);
  expect(await refusalOf(rekey.rotations.request(asks()))).toMatchObject({
    code: 'too_soon',
    message: expect.stringContaining('2027-03-10 12:01:00 UTC or later'),
  });
  expect((await rekey.rotations.request(asks({ override: 'it was printed' }))).kind).toBe('started');
});

describe('the fourth rotation in 7 days (S1-24)', () => {
  const three = [1, 2, 3].map((days) => past(`rot-past-${days}`, daysAfter(NOON, -2 * days)));

  test('raises an alarm, and is carried out', async () => {
    const rekey = await (await aRotationsWorld()).process();
    await recordEvents(rekey.ledger, three);
    expect((await rekey.rotations.request(asks())).kind).toBe('started');
    const [alarm] = await rekey.ledger.read.alarmsSince(daysAfter(NOON, -1));
    expect(alarm).toMatchObject({ kind: 'rotation_spike', sentence: expect.stringContaining('4 times in 7 days') });
  });

  test('raises one alarm a day, also when an emergency follows', async () => {
    const world = await aRotationsWorld();
    const rekey = await world.process();
    await recordEvents(rekey.ledger, three);
    await rekey.rotations.request(asks());
    world.pass(HOUR);
    await rekey.engine.rotate({ ...from(bob), slug: 'reports-prod', situation: 'suspected', reason: 'a gist' });
    expect(await rekey.ledger.read.alarmsSince(daysAfter(NOON, -1))).toHaveLength(1);
    await rekey.queue.settle();
  });

  test('is one of those 7 days and of no other, and no one that was cancelled', async () => {
    const rekey = await (await aRotationsWorld()).process();
    await recordEvents(rekey.ledger, [
      ...three.slice(0, 2),
      past('rot-old', daysAfter(NOON, -7)),
      past('rot-off', daysAfter(NOON, -1), 'cancelled'),
    ]);
    await rekey.rotations.request(asks());
    expect(await rekey.ledger.read.alarmsSince(daysAfter(NOON, -30))).toEqual([]);
  });
});

describe('a request is refused and leaves nothing but its audit line:', () => {
  const mallory = from('mallory' as typeof bob);
  test.each([
    ['of somebody who may not', asks(mallory), 'not_allowed'],
    ['of a machine that is nobody', asks({ actor: 'system:engine' }), 'not_allowed'],
    ['for a key that is not there (S3-22)', asks({ key: 'report-prod' }), 'unknown_key'],
    ['with a grace of 300 hours', asks({ graceHours: 300 }), 'grace_out_of_bounds'],
    ['without a reason', asks({ reason: ' ' }), 'reason_needed'],
    ['that sets rules aside and does not say why', asks({ override: ' ' }), 'reason_needed'],
    [
      'for a recipient whom nobody knows',
      asks({ deliver: { to: 'claim', recipient: 'person:zoe' } }),
      'unknown_recipient',
    ],
    [
      'for a recipient that every object has',
      asks({ deliver: { to: 'claim', recipient: 'person:constructor' } }),
      'unknown_recipient',
    ],
    ['for an emergency that waits', asks({ mode: 'suspected', notBefore: later(HOUR) }), 'emergency_waits'],
    [
      'for an emergency that the schedule wants',
      asks({ mode: 'suspected', actor: 'schedule:rotations' }),
      'not_allowed',
    ],
  ])('%s', async (_what, request, code) => {
    const rekey = await (await aRotationsWorld()).process();
    const refusal = await refusalOf(rekey.rotations.request(request));
    expect(refusal.code).toBe(code);
    if (code === 'unknown_key') expect(refusal.message).toContain('Did you mean reports-prod?');
    expect((await rekey.actions()).slice(2)).toEqual(['request_refused']);
  });

  test.each([
    ['a key without a registered place', reports({ delivery: null }), 'no_delivery'],
    ['a revoked key', reports({ state: 'revoked', revokedAt: NOON }), 'key_not_rotatable'],
    ['an expired key', reports({ state: 'expired', expiresAt: NOON }), 'key_not_rotatable'],
  ])('for %s', async (_what, key, code) => {
    const rekey = await (await aRotationsWorld()).process();
    const other = { ...key, id: KeyId.parse('key-other'), slug: 'other', digest: 'f'.repeat(64), externalRef: 'o' };
    await recordEvents(rekey.ledger, [{ type: 'key_issued', key: other }]);
    expect((await refusalOf(rekey.rotations.request(asks({ key: 'other' })))).code).toBe(code);
    expect((await rekey.actions()).slice(3)).toEqual(['request_refused']);
  });

  test('by the schedule for a class that does not rotate by itself', async () => {
    const world = await aRotationsWorld();
    world.setRule({ automatic: false });
    const rekey = await world.process();
    const refusal = await refusalOf(rekey.rotations.request(asks({ actor: 'schedule:rotations', channel: 'engine' })));
    expect(refusal.code).toBe('not_allowed');
  });
});

test('a token rotates keys of the service that its scope names, and no others', async () => {
  const rekey = await (await aRotationsWorld()).process();
  const token = reports({
    id: KeyId.parse('key-ci'),
    slug: 'ci-deployer',
    digest: 'c'.repeat(64),
    externalRef: 'ci',
    scopes: ['keys:rotate@reports'],
  });
  await recordEvents(rekey.ledger, [{ type: 'key_issued', key: token }]);
  const by = { actor: 'token:ci-deployer', channel: 'http', token: token.id } as const;
  const dedupe = (id: string) => ({ dedupe: { source: 'http', id } });
  const refusal = await refusalOf(rekey.rotations.request(asks({ ...by, ...dedupe('1'), key: 'payments-prod' })));
  expect(refusal.code).toBe('not_allowed');
  const { rotation } = await rekey.rotations.request(asks({ ...by, ...dedupe('2') }));
  expect(rotation).toMatchObject({ requestedBy: 'token:ci-deployer', slug: 'reports-prod' });
});

test('the successor of a key is found by its name, and rotated from then on', async () => {
  const rekey = await (await aRotationsWorld()).process();
  const successor = successorOf({ key: reports().id });
  await recordEvents(rekey.ledger, [
    { type: 'key_issued', key: successor },
    { type: 'key_activated', key: successor.id },
  ]);
  expect((await rekey.rotations.request(asks())).rotation.key).toBe(successor.id);
  const refusal = await refusalOf(rekey.rotations.request(asks({ key: reports().id, mode: 'exploited' })));
  expect(refusal.code).toBe('key_not_rotatable');
});

test('a person who may rotate but not create hands a new value to owner and escalation only', async () => {
  const world = await aRotationsWorld();
  const rekey = await world.process();
  world.setPolicy({ ...MAY, may: { ...MAY.may, create: [] } });
  const to = (recipient: string) => asks({ ...from(carol), deliver: { to: 'claim', recipient } });
  expect(await refusalOf(rekey.rotations.request(to('group:security')))).toMatchObject({
    code: 'recipient_not_allowed',
    message: expect.stringContaining('group:security is neither owner nor escalation of reports-prod v1'),
  });
  expect((await rekey.rotations.request(to('person:carol'))).kind).toBe('started');
});

test('a key with rights at Rekey is handed on only by who may administer, whoever receives it', async () => {
  const rekey = await (await aRotationsWorld()).process();
  const root = reports({
    id: KeyId.parse('key-root'),
    slug: 'root-of-rekey',
    digest: 'e'.repeat(64),
    externalRef: 'root',
    scopes: ['keys:create', 'keys:revoke'],
  });
  await recordEvents(rekey.ledger, [{ type: 'key_issued', key: root }]);
  for (const recipient of ['person:alice', 'owner'])
    expect(
      await refusalOf(rekey.rotations.request(asks({ key: root.slug, deliver: { to: 'claim', recipient } }))),
    ).toMatchObject({ code: 'not_allowed', message: expect.stringContaining('may not administer') });
});
