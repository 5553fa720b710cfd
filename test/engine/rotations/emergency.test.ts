import { describe, expect, test } from 'vitest';
import { KeyId, SecretId } from '../../../src/domain/ids.ts';
import type { SealedSecret } from '../../../src/domain/incident.ts';
import type { RotationAsked } from '../../../src/engine/rotations/rotations.ts';
import { type aKey, bob, carol, DAY, daysAfter, HOUR, MINUTE, NOON } from '../../support/builders.ts';
import { from, refusalOf } from '../../support/engine-world.ts';
import { recordEvents } from '../../support/ledger-file.ts';
import { aRotationsWorld, asks, MAY, reports, runOf, successorOf, untilGrace } from './rotations-world.ts';

const later = (ms: number) => new Date(NOON.getTime() + ms);
const leaked = (mode: 'suspected' | 'extended' | 'exploited' = 'suspected') =>
  asks({ ...from(bob), mode, reason: 'it is in a gist' });
const incidentKey = ({ rotation }: RotationAsked) => rotation.key;

describe('an emergency', () => {
  test('opens an incident and begins now, in a freeze and right after another rotation (S3-14)', async () => {
    const freezes = [{ name: 'release', from: '2027-03-01T08:00', to: '2027-03-12T18:00' }];
    const rekey = await (await aRotationsWorld(undefined, { ...MAY, freezes })).process();
    const { kind, rotation } = await rekey.rotations.request(leaked());
    expect(kind).toBe('started');
    expect(rotation).toMatchObject({ mode: 'suspected', state: 'awaiting_approval', graceMs: HOUR, approvals: 1 });
    const run = await rekey.run(runOf(rotation));
    expect(run).toMatchObject({ runbook: { id: 'R-ROTATE' }, inputs: { mode: 'suspected', grace_minutes: 60 } });
    const incident = await rekey.ledger.read.openIncidentOfKey(rotation.key);
    expect(incident).toMatchObject({
      id: run.incident,
      title: 'reports-prod v1: suspected compromise',
      severity: 'SEV2',
    });
  });

  test('leaves no grace to a key that is exploited, and asks two people for a long one', async () => {
    const rekey = await (await aRotationsWorld()).process();
    const exploited = await rekey.rotations.request(leaked('exploited'));
    expect(exploited.rotation).toMatchObject({ graceMs: 0, approvals: 1 });
    const payments = await rekey.rotations.request({ ...leaked('extended'), key: 'payments-prod' });
    expect(payments.rotation).toMatchObject({ approvals: 2 });
  });

  test('that asks for no more than the one under way joins it, with its reason on record', async () => {
    const rekey = await (await aRotationsWorld()).process();
    const first = await rekey.rotations.request(leaked('exploited'));
    const second = await rekey.rotations.request({ ...leaked('suspected'), ...from(carol), reason: 'odd calls' });
    expect(second).toMatchObject({ kind: 'joined', rotation: { id: first.rotation.id } });
    const [line] = await rekey.ledger.read.audit({ limit: 1 });
    expect(line).toMatchObject({ action: 'run_joined', actor: 'person:carol', run: first.rotation.run });
    expect(line?.details).toContain('odd calls');
  });

  test('that is worse than the one under way is not swallowed, and follows at once when that one is cancelled', async () => {
    const rekey = await (await aRotationsWorld()).process();
    const first = await rekey.rotations.request(leaked('suspected'));
    expect((await refusalOf(rekey.rotations.request(leaked('exploited')))).code).toBe('worse_than_running');
    await rekey.rotations.cancel(first.rotation.id, { ...from(bob), reason: 'it is worse' });
    const worse = await rekey.rotations.request(leaked('exploited'));
    expect(worse).toMatchObject({ kind: 'started', rotation: { mode: 'exploited', key: reports().id } });
    await rekey.queue.settle();
    expect(await rekey.rotation(first.rotation)).toMatchObject({ endedAt: expect.any(Date) });
    expect((await rekey.rotation(worse.rotation)).endedAt).toBeNull();
  });

  test('joins an incident’s run that has minted, and is sent to one that has not', async () => {
    const rekey = await (await aRotationsWorld()).process();
    const started = await rekey.engine.rotate({
      ...from(bob),
      slug: 'reports-prod',
      situation: 'suspected',
      reason: 'a gist',
    });
    if (started.kind !== 'started') throw new Error(started.kind);
    const refusal = await refusalOf(rekey.rotations.request(leaked()));
    expect(refusal).toMatchObject({ code: 'rotation_open', message: expect.stringContaining(started.incident) });
    const replacement = successorOf({ key: reports().id });
    await recordEvents(rekey.ledger, [{ type: 'key_issued', key: replacement }], { run: started.run });
    expect(await rekey.rotations.request(leaked())).toMatchObject({ kind: 'joined', rotation: { run: started.run } });
    await rekey.queue.settle();
  });
});

// design/keys.md: an emergency pre-empts a planned rotation of the same key.
describe('a planned rotation makes way for an emergency', () => {
  test('while it is only scheduled', async () => {
    const rekey = await (await aRotationsWorld()).process();
    const planned = await rekey.rotations.request(asks({ notBefore: daysAfter(NOON, 3) }));
    const emergency = await rekey.rotations.request(leaked());
    expect(await rekey.rotation(planned.rotation)).toMatchObject({
      state: 'preempted',
      why: 'an emergency took its place: it is in a gist',
    });
    expect(emergency).toMatchObject({ kind: 'started', key: { id: reports().id } });
  });

  test('before its key is proved: it is taken back, the emergency begins beside that, and on the key that stays', async () => {
    const world = await aRotationsWorld();
    const rekey = await world.process();
    const planned = await rekey.rotations.request(asks());
    await rekey.queue.settle();
    const replacement = await untilGrace(rekey, planned.rotation, { upTo: 'distributing' });
    expect((await rekey.ledger.read.keyBySlug('reports-prod'))?.id).toBe(replacement.id);
    const emergency = await rekey.rotations.request(leaked());
    expect(incidentKey(emergency)).toBe(reports().id);
    await rekey.queue.settle();
    expect(world.outside.undone).toEqual(['mint']);
    expect(await rekey.run(runOf(planned.rotation))).toMatchObject({ outcome: 'cancelled' });
    expect(await rekey.rotation(planned.rotation)).toMatchObject({ state: 'preempted' });
    expect(await rekey.rotation(emergency.rotation)).toMatchObject({ endedAt: null, run: emergency.rotation.run });
    expect((await rekey.ledger.read.openRunOfKey(reports().id))?.id).toBe(emergency.rotation.run);
  });

  test('in its grace: its run stops where it is, the grace is over now, and the key in use is replaced', async () => {
    const world = await aRotationsWorld();
    const rekey = await world.process();
    const planned = await rekey.rotations.request(asks());
    await rekey.queue.settle();
    const replacement = await untilGrace(rekey, planned.rotation);
    const secret: SealedSecret = {
      id: SecretId.parse('sec-1'),
      key: replacement.id,
      purpose: 'new_key',
      envelope: 'v1.sealed',
      createdAt: NOON,
      destroyedAt: null,
    };
    await recordEvents(rekey.ledger, [{ type: 'secret_sealed', secret }]);
    world.pass(HOUR);
    const emergency = await rekey.rotations.request(leaked('exploited'));
    expect(incidentKey(emergency)).toBe(replacement.id);
    await rekey.queue.settle();
    expect(world.outside.undone).toEqual([]);
    expect(await rekey.ledger.read.secret(secret.id)).toMatchObject({ envelope: null });
    expect(await rekey.run(runOf(planned.rotation))).toMatchObject({ outcome: 'cancelled', finishedAt: later(HOUR) });
    expect(await rekey.rotation(planned.rotation)).toMatchObject({ state: 'preempted' });
    expect(await rekey.key(reports().id)).toMatchObject({ state: 'retiring', graceEndsAt: later(HOUR) });
    // What nobody takes care of any more is for the next look at the clock.
    expect((await rekey.ledger.read.keysToRetire(later(HOUR), 9)).map(({ id }) => id)).toEqual([reports().id]);
  });

  test('when /rotate-key is typed, with the same ends', async () => {
    const world = await aRotationsWorld();
    const rekey = await world.process();
    const planned = await rekey.rotations.request(asks());
    await rekey.queue.settle();
    const replacement = await untilGrace(rekey, planned.rotation);
    world.pass(HOUR);
    const started = await rekey.engine.rotate({
      ...from(bob),
      slug: 'reports-prod',
      situation: 'exploited',
      reason: 'calls from nowhere',
    });
    expect(started.kind).toBe('started');
    expect((await rekey.ledger.read.openRunOfKey(replacement.id))?.id).toBe(started.run);
    expect(await rekey.rotation(planned.rotation)).toMatchObject({ state: 'preempted' });
    expect(await rekey.key(reports().id)).toMatchObject({ graceEndsAt: later(HOUR) });
    await rekey.queue.settle();
  });

  test('when an alert comes, but then nothing that is still accepted is refused before people have looked (S3-19)', async () => {
    const world = await aRotationsWorld();
    const rekey = await world.process();
    const planned = await rekey.rotations.request(asks());
    await rekey.queue.settle();
    await untilGrace(rekey, planned.rotation);
    world.pass(HOUR);
    const started = await rekey.engine.alert({
      actor: 'hook:payments_api',
      channel: 'hook',
      dedupe: { source: 'hook', id: 'hook-1' },
      alert: 'auth_failures',
      key: 'reports-prod',
      count: 12,
      windowMinutes: 5,
      firstSeenAt: later(30 * MINUTE),
      details: {},
    });
    expect(started.kind).toBe('started');
    expect(await rekey.rotation(planned.rotation)).toMatchObject({ state: 'preempted' });
    expect(await rekey.key(reports().id)).toMatchObject({ state: 'retiring', graceEndsAt: later(DAY) });
    await rekey.queue.settle();
  });

  test('also when an alert is about the old key that is just proved dead', async () => {
    const rekey = await (await aRotationsWorld()).process();
    const planned = await rekey.rotations.request(asks());
    await rekey.queue.settle();
    const replacement = await untilGrace(rekey, planned.rotation);
    const revoked = { type: 'key_revoked', key: reports().id, replacedBy: replacement.id } as const;
    await recordEvents(rekey.ledger, [revoked], { run: planned.rotation.run });
    const started = await rekey.engine.alert({
      actor: 'hook:payments_api',
      channel: 'hook',
      dedupe: { source: 'hook', id: 'hook-2' },
      alert: 'auth_failures',
      key: reports().id,
      count: 12,
      windowMinutes: 5,
      firstSeenAt: NOON,
      details: {},
    });
    expect(started.kind).toBe('started');
    await rekey.queue.settle();
  });

  test('but not once the old key is revoked: its proof goes on beside the emergency on the new one', async () => {
    const rekey = await (await aRotationsWorld()).process();
    const planned = await rekey.rotations.request(asks());
    await rekey.queue.settle();
    const replacement = await untilGrace(rekey, planned.rotation);
    const revoked = { type: 'key_revoked', key: reports().id, replacedBy: replacement.id } as const;
    await recordEvents(rekey.ledger, [revoked], { run: planned.rotation.run });
    const emergency = await rekey.rotations.request(leaked());
    expect(incidentKey(emergency)).toBe(replacement.id);
    expect(await rekey.rotation(planned.rotation)).toMatchObject({ state: 'proving' });
  });

  test('and what its run minted meanwhile opens no second rotation', async () => {
    const rekey = await (await aRotationsWorld()).process();
    const planned = await rekey.rotations.request(asks());
    const emergency = await rekey.rotations.request(leaked());
    const late = successorOf({ key: reports().id });
    await recordEvents(rekey.ledger, [{ type: 'key_issued', key: late }], { run: planned.rotation.run });
    expect((await rekey.ledger.read.openRotations(9)).map(({ id }) => id)).toEqual([emergency.rotation.id]);
    await rekey.queue.settle();
  });
});

test('an emergency and a plan that come at the same time end with the emergency, whoever was first', async () => {
  for (const first of ['plan', 'emergency'] as const) {
    const world = await aRotationsWorld();
    const [here, there] = [await world.process(), await world.process()];
    const plan = () => here.rotations.request(asks());
    const emergency = () => there.rotations.request(leaked('exploited'));
    const both = first === 'plan' ? [plan(), emergency()] : [emergency(), plan()];
    const ended = await Promise.allSettled(both);
    const asked = ended[first === 'plan' ? 1 : 0];
    expect(asked).toMatchObject({ status: 'fulfilled', value: { kind: 'started', rotation: { mode: 'exploited' } } });
    const open = await here.ledger.read.openRotations(9);
    expect(open.map(({ mode }) => mode)).toEqual(['exploited']);
    const planned = ended[first === 'plan' ? 0 : 1];
    if (planned?.status === 'rejected') expect(planned.reason.code).toBe('rotation_open');
    await Promise.all([here.queue.settle(), there.queue.settle()]);
  }
});

describe('the lock-out graph keeps Rekey from locking itself out:', () => {
  const root = (name: string, overrides: Parameters<typeof aKey>[0] = {}) =>
    reports({
      id: KeyId.parse(`key-${name}`),
      slug: name,
      digest: name.padEnd(64, '0'),
      externalRef: name,
      provider: 'stoa',
      administers: 'stigmem',
      ...overrides,
    });

  test('the last admin key of a provider is never revoked before its replacement is there', async () => {
    const rekey = await (await aRotationsWorld()).process();
    await recordEvents(rekey.ledger, [{ type: 'key_issued', key: root('root') }]);
    const refusal = await refusalOf(rekey.rotations.request({ ...leaked('exploited'), key: 'root' }));
    expect(refusal).toMatchObject({
      code: 'last_admin_key',
      message: expect.stringContaining('rotate it as suspected'),
    });
    expect((await rekey.rotations.request({ ...leaked('suspected'), key: 'root' })).kind).toBe('started');
  });

  test('with a second one it may go first', async () => {
    const rekey = await (await aRotationsWorld()).process();
    const keys = [root('root'), root('second')];
    await recordEvents(
      rekey.ledger,
      keys.map((key) => ({ type: 'key_issued', key })),
    );
    expect((await rekey.rotations.request({ ...leaked('exploited'), key: 'root' })).kind).toBe('started');
  });

  test('the key that a connector calls with is rotated only beside a second one that was proved', async () => {
    const rekey = await (await aRotationsWorld()).process();
    const own = root('own', { administers: 'stoa' });
    const second = root('unproved', { administers: 'stoa', provedLiveAt: null });
    await recordEvents(
      rekey.ledger,
      [own, second].map((key) => ({ type: 'key_issued', key })),
    );
    const refusal = await refusalOf(rekey.rotations.request(asks({ key: 'own' })));
    expect(refusal).toMatchObject({
      code: 'last_admin_key',
      message: expect.stringContaining('Rekey administers stoa with own v1'),
    });
    await recordEvents(rekey.ledger, [{ type: 'key_proved_live', key: second.id, probes: 3, how: 'accepted' }]);
    expect((await rekey.rotations.request(asks({ key: 'own' }))).kind).toBe('started');
  });
});
