import { describe, expect, test } from 'vitest';
import { KeyId, PersonId, RotationId } from '../../../src/domain/ids.ts';
import { type Verb, Verb as Verbs } from '../../../src/domain/policy.ts';
import { verdictOn } from '../../../src/providers/verify-key.ts';
import {
  aPolicy,
  aRotation,
  aRun,
  bob,
  carol,
  DAY,
  daysAfter,
  HOUR,
  minutesAfter,
  NOON,
} from '../../support/builders.ts';
import { recordEvents } from '../../support/ledger-file.ts';
import {
  aKeysWorld,
  anActiveKey,
  asking,
  expectWhole,
  importing,
  type KeysWorld,
  MAY,
  refusedWithoutTrace,
} from './keys-world.ts';

const because = (key: string, actor: Parameters<typeof asking>[0] = 'person:alice') => ({
  ...asking(actor),
  key,
  reason: 'because of a test',
});

/** payments-prod v1 in grace until `hours` from now, and v2 active. */
async function inGrace(world: KeysWorld, hours = 24) {
  const { key: old, secret } = await anActiveKey(world);
  const replacement = {
    ...old,
    id: `${old.id}-next` as typeof old.id,
    version: 2,
    predecessor: old.id,
    digest: 'd'.repeat(64),
  };
  const graceEndsAt = new Date(NOON.getTime() + hours * HOUR);
  await recordEvents(world.ledger, [
    { type: 'key_issued', key: { ...replacement, state: 'pending', activatedAt: null } },
    { type: 'key_activated', key: replacement.id },
    { type: 'key_retired', key: old.id, graceEndsAt },
  ]);
  return { old, replacement, graceEndsAt, secret };
}

describe('suspend and reinstate', () => {
  test('a suspended key is refused at once, and works again when it is reinstated', async () => {
    const world = await aKeysWorld();
    const { key } = await anActiveKey(world);
    const suspended = await world.keys.suspend(because('payments-prod', 'person:carol'));
    expect(suspended).toMatchObject({ state: 'suspended', suspendedAt: NOON });
    expect(verdictOn(suspended, NOON)).toEqual({ status: 'suspended' });
    const back = await world.keys.reinstate(because(key.id));
    expect(back).toMatchObject({ state: 'active', suspendedAt: null });
    await expectWhole(world);
  });

  test('a key in grace goes back into its grace, which does not get longer by that', async () => {
    const world = await aKeysWorld();
    const { old, graceEndsAt } = await inGrace(world);
    await world.keys.suspend(because(old.id));
    world.setNow(minutesAfter(NOON, 60));
    expect(await world.keys.reinstate(because(old.id))).toMatchObject({ state: 'retiring', graceEndsAt });
    await expectWhole(world);
  });

  test('a key whose grace or life ended while it was suspended does not come back', async () => {
    const world = await aKeysWorld();
    const { old } = await inGrace(world);
    await world.keys.suspend(because(old.id));
    world.setNow(daysAfter(NOON, 2));
    const { message } = await refusedWithoutTrace(world, () => world.keys.reinstate(because(old.id)));
    expect(message).toContain('The grace of payments-prod v1 ended');
    world.setNow(daysAfter(NOON, 91));
    expect((await refusedWithoutTrace(world, () => world.keys.reinstate(because(old.id)))).message).toContain(
      'expired while it was suspended',
    );
  });

  test('a key that somebody else may have, or that was replaced without a grace, does not come back', async () => {
    const world = await aKeysWorld();
    const { key } = await anActiveKey(world);
    await world.keys.suspend(because(key.id));
    await recordEvents(world.ledger, [{ type: 'key_compromised', key: key.id }]);
    expect((await refusedWithoutTrace(world, () => world.keys.reinstate(because(key.id)))).message).toContain(
      'compromised',
    );
    const { key: other } = await anActiveKey(world, { slug: 'other' });
    await world.keys.suspend(because('other'));
    const next = {
      ...other,
      id: 'key-next' as typeof other.id,
      version: 2,
      predecessor: other.id,
      digest: 'e'.repeat(64),
    };
    await recordEvents(world.ledger, [
      { type: 'key_issued', key: { ...next, state: 'pending', activatedAt: null } },
      { type: 'key_activated', key: next.id },
    ]);
    expect((await refusedWithoutTrace(world, () => world.keys.reinstate(because(other.id)))).message).toContain(
      'was replaced at',
    );
  });

  test('what is not in use is not suspended, and what is not suspended is not reinstated', async () => {
    const world = await aKeysWorld();
    const { key } = await anActiveKey(world);
    expect((await refusedWithoutTrace(world, () => world.keys.reinstate(because(key.id)))).code).toBe(
      'illegal_transition',
    );
    await world.keys.suspend(because(key.id));
    const twice = await refusedWithoutTrace(world, () => world.keys.suspend(because(key.id)));
    expect(twice.message).toContain('is suspended and cannot become suspended');
    world.setNow(daysAfter(NOON, 91));
    expect((await refusedWithoutTrace(world, () => world.keys.suspend(because(key.id)))).message).toContain(
      'is expired',
    );
  });
});

describe('revoke', () => {
  test('is final, refused at once, and destroys what is still sealed (S2-08)', async () => {
    const world = await aKeysWorld();
    const { key } = await anActiveKey(world);
    const revoked = await world.keys.revoke({ ...because(key.id), reason: 'the service is gone' });
    expect(revoked).toMatchObject({ state: 'revoked', revokedAt: NOON });
    for (const again of ['revoke', 'suspend', 'reinstate'] as const)
      expect((await refusedWithoutTrace(world, () => world.keys[again](because(key.id)))).code).toBe(
        'illegal_transition',
      );
    const [line] = (await world.ledger.read.audit({ limit: 100 })).filter((one) => one.action === 'key_revoked');
    expect(line?.details).toContain('the service is gone');
    await expectWhole(world);
  });

  test('of a key that waits to be taken leaves nothing that could be taken', async () => {
    const world = await aKeysWorld();
    const made = await world.keys.generate({
      ...importing(),
      expiresInDays: null,
      claims: null,
      recipient: 'person:carol',
    });
    await world.keys.revoke(because('payments-prod'));
    const [sealed] = await world.ledger.read.secretsOfKey(made.key.id);
    expect(sealed?.envelope).toBeNull();
    if (made.offer === null) throw new Error('nothing was offered');
    const { token } = made.offer;
    const take = () => world.keys.take({ token }, { ...asking('person:carol'), how: 'page' });
    expect((await refusedWithoutTrace(world, take)).code).toBe('claim_over');
  });

  test('leaves classes to people that Rekey never revokes, or that two people decide on', async () => {
    const world = await aKeysWorld();
    await world.keys.import(importing({ slug: 'in-the-app', class: 'embedded' }));
    expect((await refusedWithoutTrace(world, () => world.keys.revoke(because('in-the-app')))).code).toBe(
      'not_revocable',
    );
    world.setRule({ approvals: { planned: 2, emergency: 1 } });
    await anActiveKey(world);
    expect((await refusedWithoutTrace(world, () => world.keys.revoke(because('payments-prod')))).code).toBe(
      'needs_rotation',
    );
  });

  test('cancels a rotation of the key that has not begun', async () => {
    const world = await aKeysWorld();
    const { key } = await anActiveKey(world);
    await recordEvents(world.ledger, [{ type: 'rotation_requested', rotation: aRotation({ key: key.id }) }]);
    await world.keys.revoke(because(key.id));
    expect(await world.ledger.read.rotation(RotationId.parse('rot-1'))).toMatchObject({
      state: 'cancelled',
      endedAt: NOON,
    });
    await expectWhole(world);
  });

  test('is refused while a rotation or a run is about to do it, and says what to do', async () => {
    const world = await aKeysWorld();
    const { key } = await anActiveKey(world);
    const run = aRun({ key: key.id, incident: null, runbook: { id: 'R-ROTATE', hash: 'a'.repeat(64), text: '' } });
    await recordEvents(world.ledger, [{ type: 'run_started', run }]);
    const byRun = await refusedWithoutTrace(world, () => world.keys.revoke(because(key.id)));
    expect([byRun.code, byRun.message]).toEqual(['run_open', expect.stringContaining('run-1 (R-ROTATE)')]);
    const rotation = aRotation({ key: key.id });
    await recordEvents(world.ledger, [
      { type: 'rotation_requested', rotation },
      { type: 'rotation_started', rotation: rotation.id, run: run.id },
    ]);
    const byRotation = await refusedWithoutTrace(world, () => world.keys.revoke(because(key.id)));
    expect(byRotation.code).toBe('rotation_open');
    expect(byRotation.message).toContain('rot-1, planned, intent_written');
    expect(await world.key(key.id)).toMatchObject({ state: 'active' });
    const next = { ...key, id: KeyId.parse('key-next'), version: 2, predecessor: key.id, digest: 'd'.repeat(64) };
    const replacement = { ...next, state: 'pending', activatedAt: null } as const;
    await recordEvents(world.ledger, [{ type: 'key_issued', key: replacement }], { run: run.id });
    const ofReplacement = await refusedWithoutTrace(world, () => world.keys.revoke(because('key-next')));
    expect(ofReplacement.code).toBe('rotation_open');
  });

  test('names the replacement when there is one', async () => {
    const world = await aKeysWorld();
    const { old, replacement } = await inGrace(world);
    await world.keys.revoke(because(old.id));
    const [line] = (await world.ledger.read.audit({ limit: 1 })).filter((one) => one.action === 'key_revoked');
    expect(line?.details).toContain(`"replacedBy":"${replacement.id}"`);
  });
});

test('the last live admin key of a provider is neither suspended nor revoked nor forgotten to be one', async () => {
  const world = await aKeysWorld();
  await anActiveKey(world, { slug: 'stoa-admin', administers: 'stoa' });
  for (const verb of ['suspend', 'revoke'] as const)
    expect((await refusedWithoutTrace(world, () => world.keys[verb](because('stoa-admin')))).code).toBe(
      'last_admin_key',
    );
  const unmark = () => world.keys.change({ ...because('stoa-admin'), change: { administers: null } });
  expect((await refusedWithoutTrace(world, unmark)).code).toBe('last_admin_key');
  await anActiveKey(world, { slug: 'stoa-admin-2', administers: 'stoa' });
  await world.keys.suspend(because('stoa-admin'));
  expect((await refusedWithoutTrace(world, () => world.keys.revoke(because('stoa-admin-2')))).code).toBe(
    'last_admin_key',
  );
});

describe('change', () => {
  test('records what changed and why, and raises the version of the row', async () => {
    const world = await aKeysWorld();
    const { key } = await anActiveKey(world);
    const change = { owner: 'bob', runbook: 'https://wiki.example.com/rotate', secretRef: 'op://vault/payments/key' };
    const changed = await world.keys.change({ ...because('payments-prod', 'person:carol'), change });
    expect(changed).toMatchObject({ ...change, rowVersion: key.rowVersion + 1, version: 1, state: 'active' });
    await expectWhole(world);
  });

  test('takes nothing away that a production key has to have', async () => {
    const world = await aKeysWorld();
    await anActiveKey(world);
    const orphan = () => world.keys.change({ ...because('payments-prod'), change: { owner: null } });
    expect((await refusedWithoutTrace(world, orphan)).code).toBe('required_missing');
  });

  test.each([
    ['nothing_to_change', {}],
    ['bad_fact', { owner: 'nobody' }],
    ['bad_fact', { rateLimit: -1 }],
    ['unknown_sink', { delivery: { sink: 'nowhere', target: 'x' } }],
    ['secret_in_text', { runbook: 'sk_live_51Hq0000000000000000' }],
  ] as const)('is refused with %s for %o', async (code, change) => {
    const world = await aKeysWorld();
    await anActiveKey(world);
    expect(
      (await refusedWithoutTrace(world, () => world.keys.change({ ...because('payments-prod'), change }))).code,
    ).toBe(code);
  });

  test('to another service takes a right in both', async () => {
    const world = await aKeysWorld();
    await anActiveKey(world);
    const { key: ci } = await anActiveKey(world, { slug: 'ci', scopes: ['keys:change@payments'] });
    const move = () =>
      world.keys.change({
        ...asking('token:ci', ci.id),
        key: 'payments-prod',
        reason: 'moved',
        change: { service: 'billing' },
      });
    expect((await refusedWithoutTrace(world, move)).message).toContain('keys:change@billing');
  });

  test('of what is recorded of a revoked key is refused', async () => {
    const world = await aKeysWorld();
    await anActiveKey(world);
    await world.keys.revoke(because('payments-prod'));
    const late = () => world.keys.change({ ...because('payments-prod'), change: { owner: 'bob' } });
    expect((await refusedWithoutTrace(world, late)).code).toBe('key_over');
  });
});

describe('extend the expiry', () => {
  const extend = (
    world: KeysWorld,
    expiresAt: Date,
    change: { approvedBy?: PersonId; actor?: 'person:carol' } = {},
  ) => {
    const { actor = 'person:alice', approvedBy = carol } = change;
    return world.keys.extendExpiry({ ...because('payments-prod', actor), expiresAt, approvedBy });
  };

  test('before it expires, with a second person, twice and not a third time', async () => {
    const world = await aKeysWorld();
    await anActiveKey(world);
    for (const day of [30, 60]) {
      world.setNow(daysAfter(NOON, day));
      const extended = await extend(world, daysAfter(NOON, day + 80));
      expect(extended.expiresAt).toEqual(daysAfter(NOON, day + 80));
    }
    expect(await world.ledger.read.keyBySlug('payments-prod')).toMatchObject({ expiryExtensions: 2, state: 'active' });
    expect((await refusedWithoutTrace(world, () => extend(world, daysAfter(NOON, 145)))).code).toBe('extended_twice');
    await expectWhole(world);
  });

  test('never after it expired, not even in the second of it', async () => {
    const world = await aKeysWorld();
    const { key } = await anActiveKey(world);
    world.setNow(key.expiresAt ?? NOON);
    expect((await refusedWithoutTrace(world, () => extend(world, daysAfter(NOON, 120)))).code).toBe(
      'expired_not_extended',
    );
    await recordEvents(world.ledger, [{ type: 'key_expired', key: key.id }]);
    expect((await refusedWithoutTrace(world, () => extend(world, daysAfter(NOON, 120)))).code).toBe(
      'expired_not_extended',
    );
  });

  test('not to an earlier time, and not beyond the max age of its class from now', async () => {
    const world = await aKeysWorld();
    await anActiveKey(world);
    world.setNow(daysAfter(NOON, 10));
    for (const day of [10, 89, 90, 101])
      expect((await refusedWithoutTrace(world, () => extend(world, daysAfter(NOON, day)))).code).toBe('bad_lifetime');
    await extend(world, new Date(daysAfter(NOON, 10).getTime() + 90 * DAY));
  });

  test('not approved by whoever asks, nor by somebody whom the rule does not name', async () => {
    const world = await aKeysWorld();
    await anActiveKey(world);
    world.setNow(daysAfter(NOON, 10));
    const own = await refusedWithoutTrace(world, () => extend(world, daysAfter(NOON, 95), { actor: 'person:carol' }));
    expect([own.code, own.message]).toEqual([
      'not_an_approver',
      expect.stringMatching(/carol cannot approve .*: bob\.$/),
    ]);
    const stranger = () => extend(world, daysAfter(NOON, 95), { approvedBy: PersonId.parse('alice') });
    expect((await refusedWithoutTrace(world, stranger)).code).toBe('not_an_approver');
    await extend(world, daysAfter(NOON, 95), { actor: 'person:carol', approvedBy: bob });
  });

  test('not of a key that is in grace, suspended, compromised or from elsewhere', async () => {
    const world = await aKeysWorld();
    const { old } = await inGrace(world);
    const ask = (key: string) => () =>
      world.keys.extendExpiry({ ...because(key), expiresAt: daysAfter(NOON, 90.5), approvedBy: carol });
    expect((await refusedWithoutTrace(world, ask(old.id))).message).toContain('is retiring');
    await world.keys.import(importing({ slug: 'stripe' }, { expiresAt: daysAfter(NOON, 3) }));
    expect((await refusedWithoutTrace(world, ask('stripe'))).code).toBe('not_our_key');
    const { key } = await anActiveKey(world, { slug: 'leaked' });
    await recordEvents(world.ledger, [{ type: 'key_compromised', key: key.id }]);
    expect((await refusedWithoutTrace(world, ask('leaked'))).message).toContain('does not get more time');
  });
});

describe('every verb', () => {
  const VERBS: [Verb, (world: KeysWorld, origin: ReturnType<typeof because>) => Promise<unknown>][] = [
    ['suspend', (world, origin) => world.keys.suspend(origin)],
    ['suspend', (world, origin) => world.keys.reinstate(origin)],
    ['revoke', (world, origin) => world.keys.revoke(origin)],
    ['change', (world, origin) => world.keys.change({ ...origin, change: { owner: 'bob' } })],
    ['rotate', (world, origin) => world.keys.rotateSigningKey(origin)],
    [
      'extend',
      (world, origin) => world.keys.extendExpiry({ ...origin, expiresAt: daysAfter(NOON, 91), approvedBy: carol }),
    ],
  ];

  test.each(VERBS)('%s is refused to whoever may everything else', async (verb, act) => {
    const world = await aKeysWorld();
    await anActiveKey(world);
    const others = Verbs.options.filter((one) => one !== verb);
    world.setPolicy(aPolicy({ may: Object.fromEntries(others.map((one) => [one, ['alice', 'owner']])) }));
    const { code } = await refusedWithoutTrace(world, () => act(world, because('payments-prod')));
    expect(code).toBe('not_allowed');
  });

  test.each(VERBS)('%s needs a reason, says so, and names the key that it does not know', async (_, act) => {
    const world = await aKeysWorld();
    await anActiveKey(world);
    for (const reason of ['', '  ', 'x'.repeat(501)])
      expect((await refusedWithoutTrace(world, () => act(world, { ...because('payments-prod'), reason }))).code).toBe(
        'reason_needed',
      );
    const leak = { ...because('payments-prod'), reason: 'it was sk_live_51Hq0000000000000000' };
    expect((await refusedWithoutTrace(world, () => act(world, leak))).code).toBe('secret_in_text');
    const unknown = await refusedWithoutTrace(world, () => act(world, because('payments-prd')));
    expect(unknown.message).toContain('Did you mean payments-prod?');
    await expectWhole(world, ['sk_live_51Hq0000000000000000']);
  });

  test('has one effect when the same request comes twice, and needs the right both times', async () => {
    const world = await aKeysWorld();
    await anActiveKey(world);
    const request = because('payments-prod');
    const first = await world.keys.suspend(request);
    await world.keys.reinstate(because('payments-prod'));
    expect(await world.keys.suspend(request)).toMatchObject({ id: first.id, state: 'active' });
    expect((await world.actions()).filter((action) => action === 'key_suspended')).toHaveLength(1);
    world.setPolicy(aPolicy({ may: {} }));
    expect((await refusedWithoutTrace(world, () => world.keys.suspend(request))).code).toBe('not_allowed');
    world.setPolicy(MAY);
  });

  test('finds a key by slug, id, public id and fingerprint', async () => {
    const world = await aKeysWorld();
    const { key } = await anActiveKey(world);
    for (const name of [key.slug, key.id, key.externalRef ?? '', key.digest?.slice(0, 12) ?? '']) {
      expect(await world.keys.suspend(because(name))).toMatchObject({ id: key.id });
      await world.keys.reinstate(because(name));
    }
  });

  test('is refused to a token from the moment that its own key is revoked', async () => {
    const world = await aKeysWorld();
    await anActiveKey(world);
    const { key: ci } = await anActiveKey(world, { slug: 'ci', scopes: ['keys:suspend'] });
    const suspend = () =>
      world.keys.suspend({ ...asking('token:ci', ci.id), key: 'payments-prod', reason: 'odd calls' });
    await suspend();
    await world.keys.reinstate(because('payments-prod'));
    await world.keys.revoke(because('ci'));
    expect((await refusedWithoutTrace(world, suspend)).message).toContain('ci v1 is revoked');
  });
});
