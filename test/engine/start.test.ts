import { describe, expect, test } from 'vitest';
import { KeyId } from '../../src/domain/ids.ts';
import { Refusal } from '../../src/errors.ts';
import { aKey, alice, carol, daysAfter, minutesAfter, NOON } from '../support/builders.ts';
import { anEngineWorld, from, refusalOf } from '../support/engine-world.ts';
import { anOpenLedger, recordEvents } from '../support/ledger-file.ts';
import { aPlan, aPlannedStep } from '../support/plans.ts';

const waiting = aPlan([
  [aPlannedStep('go', { uses: 'approve', resolve: () => ({ question: 'Replace it?', rule: 'rotate' }) })],
]);
const rotate = (overrides = {}) =>
  ({ ...from(alice), slug: 'payments-prod', situation: null, reason: 'payments are blocked', ...overrides }) as const;
let alerts = 0;
const alert = (overrides = {}) => {
  alerts += 1;
  return {
    actor: 'hook:payments_api',
    channel: 'hook',
    dedupe: { source: 'hook', id: `hook-${alerts}` },
    alert: 'key_expired_blocked',
    key: 'payments-prod',
    count: 12,
    windowMinutes: 5,
    firstSeenAt: minutesAfter(NOON, -36),
    details: { caller: 'payments-worker' },
    ...overrides,
  } as const;
};

test('a request makes incident, run, audit and message in one, and the run is due without any queue', async () => {
  const world = await anEngineWorld(waiting);
  const rekey = await world.open();
  rekey.queue.away = true;
  const started = await rekey.engine.rotate(rotate());
  if (started.kind !== 'started') throw new Error(started.kind);
  expect(await rekey.ledger.read.incident(started.incident)).toMatchObject({
    severity: 'SEV2',
    openedBy: 'person:alice',
  });
  expect(await rekey.run(started.run)).toMatchObject({ inputs: { situation: 'expired' }, requestedBy: 'person:alice' });
  expect(await rekey.ledger.leases.due(world.now(), () => false)).toEqual([started.run]);
  expect((await rekey.ledger.outbox.due(world.now(), 9)).map((message) => message.surface)).toEqual(['incident']);
  const actions = (await rekey.ledger.read.audit({ limit: 9 })).map((line) => [line.action, line.actor]);
  expect(actions).toEqual([
    ['run_started', 'person:alice'],
    ['incident_opened', 'person:alice'],
    ['key_issued', 'system:engine'],
  ]);
});

test('the same request twice, also after a restart and at the same time, has one effect', async () => {
  const world = await anEngineWorld(waiting);
  const [here, there] = [await world.open(), await world.open()];
  const request = rotate();
  const both = await Promise.all([here.engine.rotate(request), there.engine.rotate(request)]);
  expect(both.map((one) => one.kind).sort()).toEqual(['repeated', 'started']);
  expect(new Set(both.map((one) => one.run)).size).toBe(1);
  const later = await (await world.open()).engine.rotate(request);
  expect(later).toMatchObject({ kind: 'repeated', run: both[0]?.run });
  await here.queue.settle();
  await there.queue.settle();
});

test('two people who ask for the same key at once share one run, and the second is told who began', async () => {
  const world = await anEngineWorld(waiting);
  const [here, there] = [await world.open(), await world.open()];
  const both = await Promise.all([here.engine.rotate(rotate()), there.engine.rotate(rotate({ ...from(carol) }))]);
  expect(both.map((one) => one.kind).sort()).toEqual(['joined', 'started']);
  const joined = both.find((one) => one.kind === 'joined');
  expect(joined).toMatchObject({ startedBy: expect.stringMatching(/^person:(alice|carol)$/) });
  await here.queue.settle();
  await there.queue.settle();
});

test('worse news about a key that is being replaced is not swallowed: the person is told what to do', async () => {
  const rekey = await (await anEngineWorld(waiting)).open();
  const started = await rekey.engine.rotate(rotate());
  const refusal = await refusalOf(rekey.engine.rotate(rotate({ ...from(carol), situation: 'exploited' })));
  expect(refusal.code).toBe('worse_than_running');
  expect(refusal.message).toContain(`/rotate-key cancel ${started.run} because`);
  await rekey.queue.settle();
});

test('who joins a run is on record, with the reason', async () => {
  const rekey = await (await anEngineWorld(waiting)).open();
  const started = await rekey.engine.rotate(rotate());
  await rekey.engine.rotate(rotate({ ...from(carol), reason: 'customers call us' }));
  const [line] = (await rekey.ledger.read.audit({ limit: 20 })).filter((one) => one.action === 'run_joined');
  expect(line).toMatchObject({ actor: 'person:carol', run: started.run, incident: started.incident });
  expect(line?.details).toContain('customers call us');
  await rekey.queue.settle();
});

test('an alert about a key whose time is not over is a suspicion, not an expiry', async () => {
  const world = await anEngineWorld(waiting);
  const rekey = await world.open();
  const healthy = aKey({
    id: KeyId.parse('key-healthy'),
    slug: 'reports-prod',
    digest: 'd9',
    externalRef: 'rep1',
    expiresAt: daysAfter(NOON, 40),
    predecessor: null,
  });
  await recordEvents(rekey.ledger, [{ type: 'key_issued', key: healthy }]);
  const started = await rekey.engine.alert(alert({ key: 'reports-prod', alert: 'key_expired_blocked' }));
  expect((await rekey.run(started.run as never)).inputs.situation).toBe('suspected');
  await rekey.queue.settle();
});

describe('a request is refused, leaves nothing but its audit line', () => {
  test.each([
    ['of somebody who may not', rotate({ ...from('mallory' as typeof alice) }), 'not_allowed'],
    ['for a key that is not there', rotate({ slug: 'payment-prod' }), 'unknown_key'],
  ])('%s', async (_what, request, code) => {
    const world = await anEngineWorld(waiting);
    const rekey = await world.open();
    const refusal = await refusalOf(rekey.engine.rotate(request));
    expect(refusal.code).toBe(code);
    if (code === 'unknown_key') expect(refusal.message).toContain('Did you mean payments-prod?');
    const [line, before] = await rekey.ledger.read.audit({ limit: 2 });
    expect(line).toMatchObject({ action: 'request_refused', actor: request.actor, subject: `rotate ${request.slug}` });
    expect(before?.action).toBe('key_issued');
  });

  test('of everybody, for everything, while the policy is missing or broken', async () => {
    const world = await anEngineWorld(waiting);
    world.setPolicy(new Refusal('policy_missing', 'There is no policy.yaml, so nothing is allowed.'));
    const rekey = await world.open();
    const tries = [
      rekey.engine.rotate(rotate()),
      rekey.engine.alert(alert()),
      rekey.engine.cancel('run-1' as never, { ...from(alice), reason: '' }),
    ];
    for (const one of tries) expect((await refusalOf(one)).code).toBe('policy_missing');
    const lines = await rekey.ledger.read.audit({ limit: 9 });
    expect(lines.map((line) => line.action)).toEqual([
      'request_refused',
      'request_refused',
      'request_refused',
      'key_issued',
    ]);
  });

  test('for a key that is still valid, unless it is said what happened', async () => {
    const world = await anEngineWorld(waiting);
    const ledger = await anOpenLedger(world.file);
    await recordEvents(ledger, [
      {
        type: 'key_issued',
        key: aKey({
          id: KeyId.parse('key-b'),
          slug: 'billing',
          digest: 'b',
          externalRef: 'b',
          expiresAt: daysAfter(NOON, 40),
        }),
      },
    ]);
    const rekey = await world.open();
    expect((await refusalOf(rekey.engine.rotate(rotate({ slug: 'billing' })))).code).toBe('situation_needed');
    expect(await rekey.engine.rotate(rotate({ slug: 'billing', situation: 'exploited' }))).toMatchObject({
      kind: 'started',
    });
    await rekey.queue.settle();
  });
});

describe('an alert', () => {
  test('opens an incident that began when the first failure was seen', async () => {
    const world = await anEngineWorld(waiting);
    const rekey = await world.open();
    const started = await rekey.engine.alert(alert());
    if (started.kind !== 'started') throw new Error(started.kind);
    expect(await rekey.ledger.read.incident(started.incident)).toMatchObject({
      startedAt: minutesAfter(NOON, -36),
      reportedAt: NOON,
    });
    expect(await rekey.ledger.read.alertsOfIncident(started.incident)).toHaveLength(1);
    await rekey.queue.settle();
  });

  test.each([
    ['by slug', 'payments-prod'],
    ['by id', 'key-payments3'],
    ['by public id', 'pay3pay3pay3pay3'],
    ['by fingerprint', aKey().digest?.slice(0, 12) ?? ''],
  ])('finds its key %s', async (_how, key) => {
    const rekey = await (await anEngineWorld(waiting)).open();
    expect(await rekey.engine.alert(alert({ key }))).toMatchObject({ kind: 'started' });
    await rekey.queue.settle();
  });

  test('about a key that is just being replaced joins that run, and does not rotate the replacement', async () => {
    const world = await anEngineWorld(waiting);
    const rekey = await world.open();
    const id = await rekey.begin();
    const replacement = aKey({
      id: KeyId.parse('key-payments4'),
      version: 4,
      digest: 'd4',
      externalRef: 'pay4',
      expiresAt: daysAfter(NOON, 90),
      predecessor: aKey().id,
    });
    await recordEvents(rekey.ledger, [{ type: 'key_issued', key: replacement }], { run: id });
    expect(await rekey.engine.alert(alert())).toMatchObject({ kind: 'joined', run: id });
    expect(await rekey.ledger.read.openRunOfKey(replacement.id)).toBeNull();
  });

  test.each([
    ['that the hook may not raise', { alert: 'everything' }],
    ['of an unknown hook', { actor: 'hook:stranger' }],
    ['of a person', { actor: 'person:alice' }],
    ['of a hook with a name that every object knows', { actor: 'hook:constructor' }],
  ])('%s is refused', async (_what, overrides) => {
    const rekey = await (await anEngineWorld(waiting)).open();
    expect((await refusalOf(rekey.engine.alert(alert(overrides as never)))).code).toBe('alert_not_allowed');
  });
});

test('a key that is still valid is not taken for an expired one, whoever says so', async () => {
  const rekey = await (await anEngineWorld(waiting)).open();
  const id = KeyId.parse('key-valid');
  const valid = aKey({ id, slug: 'valid-prod', digest: 'd8', externalRef: 'val1', expiresAt: daysAfter(NOON, 9) });
  await recordEvents(rekey.ledger, [{ type: 'key_issued', key: { ...valid, predecessor: null } }]);
  const refusal = await refusalOf(rekey.engine.rotate(rotate({ slug: 'valid-prod', situation: 'expired' })));
  expect(refusal).toMatchObject({ code: 'not_expired', message: expect.stringContaining('suspected') });
});

test('never revokes the last live admin key first, though somebody uses it', async () => {
  const world = await anEngineWorld(waiting);
  const rekey = await world.open();
  const root = aKey({
    id: KeyId.parse('key-root'),
    slug: 'root',
    digest: 'd'.repeat(64),
    expiresAt: daysAfter(NOON, 60),
    administers: 'stoa',
  });
  await recordEvents(rekey.ledger, [{ type: 'key_issued', key: root }]);
  const refusal = await refusalOf(rekey.engine.rotate(rotate({ slug: 'root', situation: 'exploited' })));
  expect(refusal.code).toBe('last_admin_key');
  expect(await rekey.engine.rotate(rotate({ slug: 'root', situation: 'suspected' }))).toMatchObject({
    kind: 'started',
  });
});
