import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { aPolicy } from '../../support/builders.ts';
import {
  aKeysWorld,
  anActiveKey,
  asking,
  expectWhole,
  generating,
  refusalOf,
  refusedWithoutTrace,
} from './keys-world.ts';

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
    [{ delivery: { sink: 'vault', target: 'x' } }, 'to deliver to. There is: file.'],
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

  test('a name that is taken, also when all its versions are dead (S2-34)', async () => {
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
