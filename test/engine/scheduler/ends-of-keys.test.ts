import { describe, expect, it } from 'vitest';
import { KeyId, SecretId } from '../../../src/domain/ids.ts';
import type { SealedSecret } from '../../../src/domain/incident.ts';
import type { Key } from '../../../src/domain/key.ts';
import { openScheduler } from '../../../src/engine/scheduler/tick.ts';
import { aKey, aRotation, aRun, DAY, daysAfter, HOUR, MINUTE, minutesAfter, NOON } from '../../support/builders.ts';
import { BEGINNING, recordEvents } from '../../support/ledger-file.ts';
import { aSchedulerWorld, type SchedulerWorld } from '../../support/scheduler-world.ts';

const key = aKey();
const stateOf = async ({ ledger }: SchedulerWorld, id = key.id) => (await ledger.read.key(id))?.state;

/** v3 in grace until the end that is given; v4 in use. */
async function inGrace(world: SchedulerWorld, graceEndsAt: Date, overrides: Partial<Key> = {}): Promise<void> {
  const old = aKey({ expiresAt: null, ...overrides });
  const successor = aKey({
    ...overrides,
    id: KeyId.parse('key-payments4'),
    version: 4,
    predecessor: old.id,
    state: 'pending',
    activatedAt: null,
    expiresAt: null,
    externalRef: 'pay4',
    digest: 'f'.repeat(64),
  });
  await recordEvents(world.ledger, [
    { type: 'key_issued', key: old },
    { type: 'key_issued', key: successor },
    { type: 'key_activated', key: successor.id },
    { type: 'key_retired', key: old.id, graceEndsAt },
  ]);
}

function sealed(purpose: SealedSecret['purpose'], id = `sec-${purpose}`): SealedSecret {
  return { id: SecretId.parse(id), key: key.id, purpose, envelope: 'v1.k.w.n.c', createdAt: NOON, destroyedAt: null };
}

describe('keys whose life is over', () => {
  it('are recorded as expired, once', async () => {
    const world = await aSchedulerWorld();
    await recordEvents(world.ledger, [
      { type: 'key_issued', key: aKey({ createdAt: NOON, activatedAt: NOON, expiresAt: minutesAfter(NOON, 1) }) },
    ]);
    const { scheduler } = await world.open();
    expect((await scheduler.tick()).expired).toBe(0);
    world.pass(MINUTE);
    expect((await scheduler.tick()).expired).toBe(1);
    expect(await stateOf(world)).toBe('expired');
    expect((await scheduler.tick()).expired).toBe(0);
  });

  it('are left to the run that is working on them, so that its approvals stay good', async () => {
    const world = await aSchedulerWorld();
    await recordEvents(world.ledger, BEGINNING);
    const { scheduler } = await world.open();
    expect((await scheduler.tick()).expired).toBe(0);
    const { id } = aRun();
    await recordEvents(world.ledger, [{ type: 'run_finished', run: id, outcome: 'failed', why: 'test' }], { run: id });
    expect((await scheduler.tick()).expired).toBe(1);
  });
});

describe('what is sealed of a key whose life is over', () => {
  it.each([
    ['never handed over', { state: 'pending', activatedAt: null }, 'new_key'],
    ['that signed', { class: 'issuer_key' }, 'signing_key'],
  ] as const)('is destroyed with a key %s, and evidence is kept', async (_what, overrides, purpose) => {
    const world = await aSchedulerWorld();
    await recordEvents(world.ledger, [
      { type: 'key_issued', key: aKey({ ...overrides, expiresAt: minutesAfter(NOON, 1) }) },
      { type: 'secret_sealed', secret: sealed(purpose) },
      { type: 'secret_sealed', secret: sealed('evidence') },
    ]);
    const { scheduler } = await world.open();
    world.pass(MINUTE);
    expect((await scheduler.tick()).expired).toBe(1);
    expect(await stateOf(world)).toBe('expired');
    const left = (await world.ledger.read.secretsOfKey(key.id)).filter(({ envelope }) => envelope !== null);
    expect(left.map((secret) => secret.purpose)).toEqual(['evidence']);
    expect((await scheduler.tick()).expired).toBe(0);
    expect(await world.ledger.verifyTables()).toMatchObject({ whole: true });
  });

  it('stays while a rotation is still bringing the new key to its place', async () => {
    const world = await aSchedulerWorld();
    const next = aKey({
      id: KeyId.parse('key-payments4'),
      version: 4,
      predecessor: key.id,
      state: 'pending',
      activatedAt: null,
      expiresAt: minutesAfter(NOON, 1),
      externalRef: 'pay4',
      digest: 'f'.repeat(64),
    });
    const { id: run } = aRun();
    await recordEvents(world.ledger, BEGINNING);
    await recordEvents(world.ledger, [{ type: 'key_issued', key: next }], { run });
    const { scheduler } = await world.open();
    world.pass(MINUTE);
    expect((await scheduler.tick()).expired).toBe(0);
    const ended = { type: 'run_finished', run, outcome: 'failed', why: 'test' } as const;
    await recordEvents(world.ledger, [ended], { run });
    await scheduler.tick();
    expect(await stateOf(world, next.id)).toBe('expired');
    expect((await world.ledger.read.keys()).map(({ version }) => version)).toEqual([3]);
  });
});

describe('keys whose grace is over', () => {
  it('are revoked when no rotation takes care of them, and what is sealed of them is destroyed (S1-09, S3-11)', async () => {
    const world = await aSchedulerWorld();
    await inGrace(world, minutesAfter(NOON, 60), { class: 'issuer_key' });
    await recordEvents(world.ledger, [{ type: 'secret_sealed', secret: sealed('signing_key') }]);
    const { scheduler } = await world.open();
    expect((await scheduler.tick()).retired).toBe(0);
    world.pass(HOUR);
    expect((await scheduler.tick()).retired).toBe(1);
    expect(await stateOf(world)).toBe('revoked');
    expect((await world.ledger.read.secret(SecretId.parse('sec-signing_key')))?.envelope).toBeNull();
    const [, revoked] = await world.ledger.read.audit({ limit: 2 });
    expect(revoked?.details).toContain('"replacedBy":"key-payments4"');
  });

  it('are left to the rotation that is open on them', async () => {
    const world = await aSchedulerWorld();
    await inGrace(world, minutesAfter(NOON, 60));
    await recordEvents(world.ledger, [
      { type: 'rotation_requested', rotation: aRotation({ scheduledAt: daysAfter(NOON, 9) }) },
    ]);
    const { scheduler } = await world.open();
    world.pass(HOUR);
    expect((await scheduler.tick()).retired).toBe(0);
    expect(await stateOf(world)).toBe('retiring');
  });

  it.each([
    ['was revoked', { type: 'key_revoked', key: KeyId.parse('key-payments4'), replacedBy: null }],
    ['is suspended', { type: 'key_suspended', key: KeyId.parse('key-payments4'), reason: 'odd calls' }],
  ] as const)('are not revoked when what took their place %s, and people hear of it', async (_what, event) => {
    const world = await aSchedulerWorld();
    await inGrace(world, minutesAfter(NOON, 60));
    await recordEvents(world.ledger, [event]);
    const { scheduler } = await world.open();
    world.pass(HOUR);
    expect((await scheduler.tick()).retired).toBe(0);
    expect(await stateOf(world)).toBe('retiring');
    expect(await world.ledger.read.alarmsSince(NOON)).toMatchObject([
      { kind: 'rotation_stuck', sentence: expect.stringContaining('No newer version is in use.') },
    ]);
  });

  it('are not revoked while somebody calls with them; people hear who, once (S3-19)', async () => {
    const world = await aSchedulerWorld();
    await inGrace(world, minutesAfter(NOON, 60));
    const { scheduler } = await world.open();
    world.pass(HOUR);
    await world.ledger.countUsage([
      { key: key.id, caller: 'billing', at: minutesAfter(NOON, 59), accepted: 3, rejected: 1 },
    ]);
    expect((await scheduler.tick()).retired).toBe(0);
    expect((await scheduler.tick()).retired).toBe(0);
    const alarms = await world.ledger.read.alarmsSince(NOON);
    expect(alarms.map(({ sentence }) => sentence)).toEqual([
      'The grace of payments-prod v3 is over, and no rotation takes care of it. billing (4 calls) still use it. Move them over, then revoke it.',
    ]);
    world.pass(2 * HOUR);
    expect((await scheduler.tick()).retired).toBe(1);
  });

  it.each([
    [
      'of a class that people revoke (S3-20)',
      { class: 'embedded' as const },
      'Keys of the class embedded are revoked by people only.',
    ],
    ['of a provider that has to be asked', { provider: 'stoa' }, 'Revoke it at stoa, then here.'],
  ])('are not revoked by the clock when they are %s', async (_what, overrides, advice) => {
    const world = await aSchedulerWorld();
    world.setRule({ revocable: false, automatic: false }, 'embedded');
    await inGrace(world, minutesAfter(NOON, 60), overrides);
    const { scheduler } = await world.open();
    world.pass(HOUR);
    expect((await scheduler.tick()).retired).toBe(0);
    expect((await world.ledger.read.alarmsSince(NOON))[0]?.sentence).toContain(advice);
  });
});

it('deletes what was kept of a key that has been dead for as long as the policy says, evidence included', async () => {
  const world = await aSchedulerWorld();
  await recordEvents(world.ledger, [
    { type: 'key_issued', key: aKey({ expiresAt: null }) },
    { type: 'secret_sealed', secret: sealed('evidence') },
    { type: 'key_revoked', key: key.id, replacedBy: null },
  ]);
  const { scheduler } = await world.open();
  world.pass(400 * DAY);
  expect((await scheduler.tick()).forgotten).toBe(0);
  world.pass(MINUTE);
  expect((await scheduler.tick()).forgotten).toBe(1);
  expect(await world.ledger.read.key(key.id)).toMatchObject({
    slug: 'payments-prod',
    state: 'revoked',
    forgottenAt: world.now(),
    digest: null,
    scopes: [],
    delivery: null,
  });
  expect((await world.ledger.read.secret(SecretId.parse('sec-evidence')))?.envelope).toBeNull();
  expect((await scheduler.tick()).forgotten).toBe(0);
});

it('does nothing to a key that somebody else has revoked, forgotten or expired since the list of them was read', async () => {
  const world = await aSchedulerWorld();
  const dead = { id: KeyId.parse('key-dead'), slug: 'dead', externalRef: 'dead', digest: 'd'.repeat(64) };
  const over = { id: KeyId.parse('key-over'), slug: 'over', externalRef: 'over', digest: 'e'.repeat(64) };
  await recordEvents(world.ledger, [
    { type: 'key_issued', key: aKey({ ...dead, expiresAt: null }) },
    { type: 'key_revoked', key: dead.id, replacedBy: null },
    { type: 'key_issued', key: aKey({ ...over, expiresAt: minutesAfter(NOON, 1) }) },
  ]);
  world.pass(401 * DAY);
  await inGrace(world, minutesAfter(world.now(), -1));
  const [one, other] = [await world.open(), await world.open()];
  const { read } = other.deps.ledger;
  const stale = {
    expire: await read.keysToExpire(world.now(), 9),
    retire: await read.keysToRetire(world.now(), 9),
    forget: await read.keysToForget(daysAfter(world.now(), -400), 9),
  };
  expect(await one.scheduler.tick()).toMatchObject({ expired: 1, retired: 1, forgotten: 2 });
  const late = openScheduler({
    ...other.deps,
    ledger: {
      ...other.deps.ledger,
      read: {
        ...read,
        keysToExpire: async () => stale.expire,
        keysToRetire: async () => stale.retire,
        keysToForget: async () => stale.forget,
      },
    },
  });
  expect(await late.tick()).toMatchObject({ expired: 0, retired: 0, forgotten: 0 });
  expect(world.warnings).toEqual([]);
});
