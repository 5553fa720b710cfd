import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseKey } from '../../../src/providers/key-format.ts';
import { verdictOn } from '../../../src/providers/verify-key.ts';
import { aPolicy, DAY, daysAfter, minutesAfter, NOON } from '../../support/builders.ts';
import {
  aKeysWorld,
  anActiveKey,
  asking,
  expectWhole,
  generating,
  MAY,
  refusalOf,
  refusedWithoutTrace,
} from './keys-world.ts';

test('a new key is pending, offered to its recipient, and active from the moment it was taken (S1-06, S2-02)', async () => {
  const world = await aKeysWorld();
  const { key, offer } = await world.keys.generate(generating());
  expect(key).toMatchObject({ slug: 'payments-prod', version: 1, state: 'pending', expiresAt: daysAfter(NOON, 90) });
  expect(verdictOn(key, NOON)).toEqual({ status: 'pending' });
  if (offer === null) throw new Error('nothing was offered');
  const { secret } = await world.keys.take({ token: offer.token }, { ...asking('person:carol'), how: 'page' });
  expect(parseKey(secret.reveal())).toMatchObject({ ok: true, environment: 'live', publicId: key.externalRef });
  expect(key).toMatchObject({ digest: world.deps.pepper.digestOf(secret.reveal()), last4: secret.reveal().slice(-4) });
  expect(await world.key(key.id)).toMatchObject({ state: 'active', activatedAt: NOON });
  await expectWhole(world, [secret.reveal(), offer.token.reveal()]);
});

test('a key of anything but production is a test key (S2-02)', async () => {
  const world = await aKeysWorld();
  const { secret } = await anActiveKey(world, { environment: 'staging' });
  expect(secret.reveal()).toMatch(/^rekey_test_/);
});

test('a key with a registered place is delivered there, and nobody is offered it', async () => {
  const world = await aKeysWorld();
  const target = join(world.place, 'payments');
  const { key, offer } = await world.keys.generate(generating({ delivery: { sink: 'file', target } }));
  expect(offer).toBeNull();
  expect(key).toMatchObject({ state: 'active', activatedAt: NOON });
  const material = readFileSync(target, 'utf8').trimEnd();
  expect(world.deps.pepper.digestOf(material)).toBe(key.digest);
  const [sealed] = await world.ledger.read.secretsOfKey(key.id);
  expect(sealed).toMatchObject({ envelope: null, destroyedAt: NOON });
  expect(await world.actions()).toEqual([
    'key_issued',
    'secret_sealed',
    'secret_delivered',
    'key_activated',
    'secret_destroyed',
  ]);
  await expectWhole(world, [material]);
});

describe('a crash on the way', () => {
  class Killed extends Error {}

  test.each(['started', 'effect', 'outcome'])(
    'after "%s" leaves nothing usable, and the same request ends it with one key',
    async (at) => {
      const world = await aKeysWorld();
      const target = join(world.place, 'payments');
      const request = generating({ delivery: { sink: 'file', target } });
      const dying = world.with({
        faultPoint: (place) => {
          if (place === at) throw new Killed();
        },
      });
      await expect(dying.generate(request)).rejects.toThrow(Killed);
      const [left] = await world.ledger.read.versionsOf('payments-prod');
      expect(left?.state).toBe(at === 'outcome' ? 'active' : 'pending');
      const { key } = await world.keys.generate(request);
      expect(await world.ledger.read.versionsOf('payments-prod')).toEqual([key]);
      expect(key).toMatchObject({ id: left?.id, state: 'active' });
      expect(world.deps.pepper.digestOf(readFileSync(target, 'utf8').trimEnd())).toBe(key.digest);
      expect((await world.actions()).filter((action) => action === 'key_activated')).toHaveLength(1);
      await expectWhole(world);
    },
  );

  test('is also ended by a request of its own, which makes the key anew', async () => {
    const world = await aKeysWorld();
    const delivery = { sink: 'file', target: join(world.place, 'payments') };
    const dying = world.with({
      faultPoint: (place) => {
        if (place === 'effect') throw new Killed();
      },
    });
    await expect(dying.generate(generating({ delivery }))).rejects.toThrow(Killed);
    const { key } = await world.keys.generate(generating({ delivery }));
    const versions = await world.ledger.read.versionsOf('payments-prod');
    expect(versions.map(({ version, state }) => [version, state])).toEqual([
      [2, 'active'],
      [1, 'revoked'],
    ]);
    expect(await world.ledger.read.keyBySlug('payments-prod')).toEqual(key);
    await expectWhole(world);
  });
});

test('an offer that nobody took does not burn the name: the key is made again under it', async () => {
  const world = await aKeysWorld();
  const first = await world.keys.generate(generating());
  const { message } = await refusedWithoutTrace(world, () => world.keys.generate(generating()));
  expect(message).toContain('payments-prod v1 of payments in production, pending and not handed over yet');
  world.setNow(minutesAfter(NOON, 16));
  const second = await world.keys.generate(generating());
  expect(second.key).toMatchObject({ version: 2, state: 'pending' });
  expect(await world.key(first.key.id)).toMatchObject({ state: 'revoked' });
  await expectWhole(world);
});

test('the same request twice makes one key, and its token is given out once', async () => {
  const world = await aKeysWorld();
  const request = generating();
  const first = await world.keys.generate(request);
  const again = await world.keys.generate(request);
  expect(again).toEqual({ key: first.key, offer: null });
  expect(await world.actions()).toEqual(['key_issued', 'secret_sealed', 'claim_opened']);
});

test.each(['check', 'deliver'] as const)(
  'the same request in two processes makes one key; who is slower at %s finds it done',
  async (at) => {
    const world = await aKeysWorld();
    const target = join(world.place, 'payments');
    const request = generating({ delivery: { sink: 'file', target } });
    const { file } = world.deps.sinks;
    if (file === undefined) throw new Error('there is no file sink');
    const faster: unknown[] = [];
    const beFaster = async (place: typeof at) => {
      const isIssued = (await world.ledger.read.keyBySlug('payments-prod')) !== null;
      if (place === at && isIssued && faster.length === 0) faster.push(await world.keys.generate(request));
    };
    const slow: typeof file = {
      ...file,
      check: (target) => beFaster('check').then(() => file.check(target)),
      deliver: (...to) => file.deliver(...to).then(() => beFaster('deliver')),
    };
    const slower = await world.with({ sinks: { file: slow } }).generate(request);
    expect(faster).toEqual([slower]);
    expect(slower.key.state).toBe('active');
    expect((await world.actions()).filter((action) => action === 'secret_delivered')).toHaveLength(1);
    expect(world.deps.pepper.digestOf(readFileSync(target, 'utf8').trimEnd())).toBe(slower.key.digest);
  },
);

test('two requests at once for one name make one key', async () => {
  const world = await aKeysWorld();
  const made = await Promise.allSettled([world.keys.generate(generating()), world.keys.generate(generating())]);
  expect(made.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(await world.ledger.read.versionsOf('payments-prod')).toHaveLength(1);
});

test.each([15, 30, 60, 90, 180, 365])('a key may live %s days where its class allows it (S2-31)', async (days) => {
  const world = await aKeysWorld();
  world.setRule({ maxAgeDays: 365 });
  const { key } = await world.keys.generate(generating({}, { expiresInDays: days }));
  expect(key.expiresAt).toEqual(new Date(NOON.getTime() + days * DAY));
});

describe('refuses', () => {
  test('whoever policy.yaml does not let create keys', async () => {
    const world = await aKeysWorld();
    const { code, message } = await refusedWithoutTrace(world, () =>
      world.keys.generate(generating({}, asking('person:bob'))),
    );
    expect([code, message]).toEqual(['not_allowed', 'bob may not create this key. Who may: alice.']);
  });

  test('a token without the scope, and one whose scope is for another service', async () => {
    const world = await aKeysWorld();
    const { key: ci } = await anActiveKey(world, { slug: 'ci', scopes: ['keys:create@billing'] });
    const origin = asking('token:ci', ci.id);
    const { message } = await refusedWithoutTrace(world, () => world.keys.generate(generating({}, origin)));
    expect(message).toContain('no scope keys:create or keys:create@payments');
    await world.keys.generate(generating({ slug: 'billing-prod', service: 'billing' }, asking('token:ci', ci.id)));
  });

  test('a token that is revoked while its request is on the way', async () => {
    const world = await aKeysWorld();
    const { key: ci } = await anActiveKey(world, { slug: 'ci', scopes: ['keys:create'] });
    const { file } = world.deps.sinks;
    if (file === undefined) throw new Error('there is no file sink');
    const check = async (target: string) => {
      await file.check(target);
      await world.keys.revoke({ ...asking(), key: 'ci', reason: 'it leaked' });
    };
    const late = world.with({ sinks: { file: { ...file, check } } });
    const delivery = { sink: 'file', target: join(world.place, 'payments') };
    const { message } = await refusalOf(late.generate(generating({ delivery }, asking('token:ci', ci.id))));
    expect(message).toContain('ci v1 is revoked');
    expect(await world.ledger.read.keyBySlug('payments-prod')).toBeNull();
  });

  test('a key with more rights at Rekey than the token has that asks for it', async () => {
    const world = await aKeysWorld();
    const { key: ci } = await anActiveKey(world, { slug: 'ci', scopes: ['keys:create'] });
    const ask = () => world.keys.generate(generating({ scopes: ['keys:revoke'] }, asking('token:ci', ci.id)));
    expect((await refusedWithoutTrace(world, ask)).message).toContain('no scope keys:revoke');
    world.setPolicy(aPolicy({ may: { create: ['alice'] } }));
    const byPerson = () => world.keys.generate(generating({ scopes: ['keys:revoke'] }));
    expect((await refusedWithoutTrace(world, byPerson)).message).toContain('alice may not administer');
  });

  test.each([
    ['owner', { owner: null }, 'needs owner. Say it'],
    ['all three', { owner: null, escalation: null, runbook: null }, 'needs owner and escalation and runbook. Say them'],
  ])('a production key without its %s', async (_, missing, sentence) => {
    const world = await aKeysWorld();
    const { code, message } = await refusedWithoutTrace(world, () => world.keys.generate(generating(missing)));
    expect(code).toBe('required_missing');
    expect(message).toContain(sentence);
    const elsewhere = await world.keys.generate(generating({ ...missing, environment: 'staging' }));
    expect(elsewhere.key.state).toBe('pending');
  });

  test.each([0, -1, 91, 1.5, Number.NaN])('a life of %s days', async (days) => {
    const world = await aKeysWorld();
    const ask = () => world.keys.generate(generating({}, { expiresInDays: days }));
    const { code, message } = await refusedWithoutTrace(world, ask);
    expect([code, message]).toEqual([
      'bad_lifetime',
      `A key of the class api_key lives 1 to 90 whole days; you wrote ${days}.`,
    ]);
  });

  test.each(['', 'A', 'a b', '-a', 'a'.repeat(64), 'ä', 'a_b', '../x'])('the name "%s"', async (slug) => {
    const world = await aKeysWorld();
    expect((await refusalOf(world.keys.generate(generating({ slug })))).code).toBe('bad_fact');
  });

  test.each([
    [{ service: 'Payments' }, 'service: expected'],
    [{ environment: '' }, 'environment: expected'],
    [{ owner: 'nobody' }, 'owner: expected a person or group:<name> of policy.yaml; you wrote "nobody"'],
    [{ owner: 'constructor' }, 'owner: expected'],
    [{ escalation: 'group:nobody' }, 'escalation: expected'],
    [{ scopes: ['a b'] }, 'scope: expected'],
    [{ scopes: ['a', 'a'] }, 'scopes: expected each scope once'],
    [{ scopes: Array.from({ length: 101 }, (_, i) => `s${i}`) }, 'scopes: expected at most 100'],
    [{ rateLimit: 0 }, 'rate limit: expected'],
    [{ probeUrl: 'ftp://x' }, 'probe URL has to be http or https'],
    [{ probeUrl: 'https://u:p@x' }, 'probe URL has to be http or https'],
    [{ secretRef: 'hunter2' }, 'secret reference: expected a reference'],
    [{ administers: 'Stripe!' }, 'administers: expected'],
    [{ delivery: { sink: 'vault', target: 'x' } }, 'There is no sink vault to deliver to. There is: file.'],
    [{ delivery: { sink: 'file', target: 'relative' } }, 'Expected an absolute path'],
  ])('%o', async (wrong, sentence) => {
    const world = await aKeysWorld();
    const { message } = await refusedWithoutTrace(world, () => world.keys.generate(generating(wrong)));
    expect(message).toContain(sentence);
  });

  test('a place that holds something else, which it would overwrite', async () => {
    const world = await aKeysWorld();
    const target = join(world.place, 'stripe');
    writeFileSync(target, 'what another caller uses\n');
    const ask = () => world.keys.generate(generating({ delivery: { sink: 'file', target } }));
    expect((await refusedWithoutTrace(world, ask)).code).toBe('place_taken');
    expect(readFileSync(target, 'utf8')).toBe('what another caller uses\n');
  });

  test('to look at a place for somebody who may not create keys', async () => {
    const world = await aKeysWorld();
    const target = join(world.place, 'stripe');
    writeFileSync(target, 'taken');
    const request = generating({ delivery: { sink: 'file', target } }, asking('person:bob'));
    expect((await refusalOf(world.keys.generate(request))).code).toBe('not_allowed');
  });

  test('a name that is taken, also when all its versions are dead', async () => {
    const world = await aKeysWorld();
    const { key } = await anActiveKey(world);
    await world.keys.revoke({ ...asking(), key: key.slug, reason: 'no longer used' });
    const { code, message } = await refusedWithoutTrace(world, () => world.keys.generate(generating()));
    expect(code).toBe('slug_taken');
    expect(message).toContain('payments-prod v1 of payments in production, revoked');
  });

  test('a name that is the fingerprint of another key', async () => {
    const world = await aKeysWorld();
    const { key } = await anActiveKey(world);
    const slug = key.digest?.slice(0, 12) ?? '';
    expect((await refusedWithoutTrace(world, () => world.keys.generate(generating({ slug })))).code).toBe('slug_taken');
  });

  test.each(['person:nobody', 'group:nobody', 'token:nobody', 'carol', ''])(
    'to offer a key to "%s"',
    async (recipient) => {
      const world = await aKeysWorld();
      const ask = () => world.keys.generate(generating({}, { recipient }));
      expect((await refusedWithoutTrace(world, ask)).code).toBe('bad_recipient');
    },
  );

  test.each(['passphrase', 'certificate', 'database', 'webhook_secret', 'embedded'] as const)(
    'to mint a %s',
    async (name) => {
      const world = await aKeysWorld();
      const ask = () => world.keys.generate(generating({ class: name }));
      expect((await refusedWithoutTrace(world, ask)).code).toBe('class_not_minted');
    },
  );

  test('claims for anything but a JWT', async () => {
    const world = await aKeysWorld();
    const ask = () => world.keys.generate(generating({}, { claims: { plan: 'pro' } }));
    expect((await refusedWithoutTrace(world, ask)).code).toBe('bad_claims');
  });

  test('a key in a text, without writing it down', async () => {
    const world = await aKeysWorld();
    const pasted = 'sk_live_51Hq0000000000000000';
    for (const wrong of [
      { slug: pasted },
      { runbook: pasted },
      { secretRef: `op://${pasted}` },
      { scopes: [pasted] },
    ]) {
      const { code } = await refusedWithoutTrace(world, () => world.keys.generate(generating(wrong)));
      expect(code).toBe('secret_in_text');
    }
    await expectWhole(world, [pasted]);
  });

  test('to deliver over what another key has been delivered to meanwhile', async () => {
    const world = await aKeysWorld();
    const target = join(world.place, 'payments');
    const late = world.with({
      faultPoint: (place) => {
        if (place === 'started' && !existsSync(target)) writeFileSync(target, 'somebody was faster');
      },
    });
    const refusal = await refusalOf(late.generate(generating({ delivery: { sink: 'file', target } })));
    expect(refusal.code).toBe('place_taken');
    expect(readFileSync(target, 'utf8')).toBe('somebody was faster');
    expect(await world.ledger.read.keyBySlug('payments-prod')).toMatchObject({ state: 'pending' });
  });
});

test('policy is read at every request: who was let in yesterday may be refused today', async () => {
  const world = await aKeysWorld();
  world.setPolicy(aPolicy());
  await refusedWithoutTrace(world, () => world.keys.generate(generating()));
  world.setPolicy(MAY);
  await world.keys.generate(generating());
});
