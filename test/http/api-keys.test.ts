import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { facts } from '../engine/keys/keys-world.ts';
import { daysAfter, minutesAfter, NOON } from '../support/builders.ts';
import { anHttpWorld } from '../support/http-world.ts';
import { allowResponses, aToken, call, FACTS } from './api-client.ts';

test('a generated key is offered to its recipient and is nowhere in the answer (S2-02)', async () => {
  const world = await anHttpWorld();
  const token = await aToken(world, 'keys:create', 'keys:read', 'keys:verify');
  const { status, json } = await call(world, 'POST /v1/keys', { token, body: { ...FACTS, recipient: 'person:carol' } });

  expect(status).toBe(201);
  expect(json).toMatchObject({
    key: { slug: 'billing-prod', version: 1, state: 'pending', owner: 'carol', scopes: ['billing:read'] },
    claim: { recipient: 'person:carol', expires_at: minutesAfter(NOON, 15).toISOString(), taken_at: null },
  });
  expect(json.claim.how).toBe(`rekey keys claim ${json.claim.id}`);
  expect(json).not.toHaveProperty('api_key');
  expect((await call(world, 'GET /v1/keys/billing-prod', { token })).json).toEqual(json.key);
});

test('a new key is in the answer only where policy lists its class and environment, and then once (S1-06)', async () => {
  const world = await anHttpWorld();
  const token = await aToken(world, 'keys:create', 'keys:verify', 'keys:read');
  const body = { ...FACTS, delivery: 'response' };
  const refused = await call(world, 'POST /v1/keys', { token, body });
  expect([refused.status, refused.json.type]).toEqual([403, 'urn:rekey:response_not_allowed']);

  allowResponses(world);
  const headers = { 'idempotency-key': 'first-of-billing' };
  const first = await call(world, 'POST /v1/keys', { token, body, headers });
  const secret: string = first.json.api_key;
  expect(secret).toMatch(/^rekey_live_/);
  expect(first.json.key).toMatchObject({ state: 'active', api_key_prefix: secret.slice(0, 27) });
  expect((await call(world, 'POST /v1/keys/verify', { token, body: { key: secret } })).json.status).toBe('valid');

  const again = await call(world, 'POST /v1/keys', { token, body, headers });
  expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
  expect(again.json).toEqual({ key: first.json.key, claim: null, shown_once: expect.stringContaining('not kept') });
  for (const file of [world.ledgerFile, `${world.ledgerFile}-wal`])
    expect(readFileSync(file, 'latin1')).not.toContain(secret);
});

test('an imported key is known by its digest and last 4, and by nothing else of it (S2-04)', async () => {
  const world = await anHttpWorld();
  const token = await aToken(world, 'keys:create', 'keys:verify');
  const material = 'whsec_0123456789abcdefghijklmn';
  const body = {
    ...FACTS,
    source: 'import',
    slug: 'stripe-hook',
    class: 'webhook_secret',
    material,
    expires_at: daysAfter(NOON, 60),
  };
  const { status, json, text } = await call(world, 'POST /v1/keys', { token, body });

  expect([status, json.key]).toMatchObject([
    201,
    { slug: 'stripe-hook', state: 'active', last4: 'klmn', api_key_prefix: null },
  ]);
  expect(text).not.toContain(material);
  expect((await call(world, 'POST /v1/keys/verify', { token, body: { key: material } })).json).toMatchObject({
    status: 'valid',
    slug: 'stripe-hook',
  });
});

test('a key goes to the place that is named, and no place means no delivery there', async () => {
  const world = await anHttpWorld();
  const token = await aToken(world, 'keys:create');
  const place = { sink: 'file', target: join(world.placesDir, 'billing') };
  const wrong = await call(world, 'POST /v1/keys', { token, body: { ...FACTS, place } });
  expect([wrong.status, wrong.json.type]).toEqual([400, 'urn:rekey:bad_request']);

  const { status, json } = await call(world, 'POST /v1/keys', {
    token,
    body: { ...FACTS, place, delivery: 'registered' },
  });
  expect([status, json]).toMatchObject([201, { key: { state: 'active', place }, claim: null }]);
  expect(readFileSync(place.target, 'utf8')).toMatch(/^rekey_live_/);
});

test('lists the current version of each key a page at a time, and misses none (S2-05)', async () => {
  const world = await anHttpWorld();
  for (let i = 0; i < 7; i++) await world.issue({ slug: `key-${i}`, service: i % 2 === 0 ? 'even' : 'odd' });
  const token = await aToken(world, 'keys:read');
  const seen: string[] = [];
  let after = '';
  for (let page = 0; page < 5; page++) {
    const { json } = await call(world, `GET /v1/keys?limit=3&service=even${after}`, { token });
    seen.push(...json.keys.map((key: { slug: string }) => key.slug));
    if (json.next === null) break;
    after = `&after=${json.next}`;
  }
  expect(seen).toEqual(['key-0', 'key-2', 'key-4', 'key-6']);
});

test('pages through the dead keys of a ledger show each of them once, whether the clock or the ledger ended it', async () => {
  const world = await anHttpWorld();
  const token = await aToken(world, 'keys:read');
  const over = minutesAfter(NOON, -1);
  const expired = ['a', 'c', 'd', 'f', 'h'];
  for (const slug of expired) await world.issue({ slug, state: 'expired', expiresAt: over });
  for (const slug of ['b', 'g', 'i']) await world.issue({ slug, expiresAt: over });
  await world.issue({ slug: 'e', state: 'revoked', revokedAt: over });
  const found: Record<string, string[]> = { expired: [], revoked: [] };
  for (const [health, slugs] of Object.entries(found)) {
    for (let after = ''; ; ) {
      const { json } = await call(world, `GET /v1/keys?health=${health}&limit=2${after}`, { token });
      expect(json.keys.length).toBeLessThanOrEqual(2);
      slugs.push(...json.keys.map(({ slug }: { slug: string }) => slug));
      if (json.next === null) break;
      after = `&after=${json.next}`;
    }
  }
  expect(found).toEqual({ expired: ['a', 'b', 'c', 'd', 'f', 'g', 'h', 'i'], revoked: ['e'] });
});

test('health is asked in four words, with 7 × 24 hours as the border (S2-09, S2-11)', async () => {
  const world = await anHttpWorld();
  const week = daysAfter(NOON, 7);
  await world.issue({ slug: 'revoked', state: 'revoked', revokedAt: NOON, expiresAt: NOON });
  await world.issue({ slug: 'expired', expiresAt: NOON });
  await world.issue({ slug: 'expiring', expiresAt: week });
  await world.issue({ slug: 'healthy', expiresAt: new Date(week.getTime() + 1) });
  const token = await aToken(world, 'keys:read');
  for (const health of ['revoked', 'expired', 'expiring', 'healthy']) {
    const { json } = await call(world, `GET /v1/keys?health=${health}`, { token });
    const slugs = json.keys
      .map((key: { slug: string }) => key.slug)
      .filter((slug: string) => !slug.startsWith('caller-'));
    expect(slugs).toEqual([health]);
  }
  const soon = await call(world, 'GET /v1/keys/expiring?within_days=7', { token });
  expect(soon.json.keys.map((key: { slug: string; days_left: number }) => [key.slug, key.days_left])).toEqual([
    ['expired', 0],
    ['expiring', 7],
  ]);
});

test('a wrong id is answered with the name that was probably meant (S1-30, S3-22)', async () => {
  const world = await anHttpWorld();
  await world.issue();
  const token = await aToken(world, 'keys:read');
  const { status, json } = await call(world, 'GET /v1/keys/payments-prd', { token });
  expect([status, json.title]).toEqual([404, 'There is no key of this id or slug. Did you mean payments-prod?']);
});

test('a token for one service sees that service, and learns nothing of the others', async () => {
  const world = await anHttpWorld();
  await world.issue();
  await world.issue({ slug: 'billing-prod', service: 'billing' });
  const token = await aToken(world, 'keys:read@billing', 'keys:suspend@billing', 'audit:read@billing');

  const listed = await call(world, 'GET /v1/keys', { token });
  expect(listed.json.keys.map((key: { slug: string }) => key.slug)).toEqual(['billing-prod']);
  const others = [
    await call(world, 'GET /v1/keys?service=payments', { token }),
    await call(world, 'GET /v1/keys/payments-prod', { token }),
    await call(world, 'GET /v1/keys/payments-prod/rotation', { token }),
    await call(world, 'POST /v1/keys/payments-prod/suspend', { token, body: { reason: 'not mine' } }),
    await call(world, 'GET /v1/audit', { token }),
  ];
  for (const { status, json } of others) expect([status, json.type]).toEqual([403, 'urn:rekey:not_allowed']);
  expect((await call(world, 'GET /v1/keys/payments-prdo', { token })).text).not.toContain('payments-prod');
});

test('suspend, reinstate and revoke take effect at once, and the audit names the token (S1-26, S2-08)', async () => {
  const world = await anHttpWorld();
  const { material, key } = await world.issue();
  const token = await aToken(world, 'keys:suspend', 'keys:revoke', 'keys:verify', 'audit:read');
  const verdict = async () =>
    (await call(world, 'POST /v1/keys/verify', { token, body: { key: material } })).json.status;
  expect(await verdict()).toBe('valid');
  for (const [verb, status] of [
    ['suspend', 'suspended'],
    ['reinstate', 'valid'],
    ['revoke', 'revoked'],
  ]) {
    const told = await call(world, `POST /v1/keys/payments-prod/${verb}`, {
      token,
      body: { reason: `test of ${verb}` },
    });
    expect([verb, told.status]).toEqual([verb, 200]);
    expect([verb, await verdict()]).toEqual([verb, status]);
  }
  const final = await call(world, `POST /v1/keys/${key.id}/reinstate`, { token, body: { reason: 'back' } });
  expect([final.status, final.json.type]).toEqual([409, 'urn:rekey:illegal_transition']);

  const { json } = await call(world, `GET /v1/audit?subject=key:${key.id}&limit=3`, { token });
  expect(json.entries.map((line: { action: string }) => line.action)).toEqual([
    'key_revoked',
    'key_reinstated',
    'key_suspended',
  ]);
  expect(json.entries[0]).toMatchObject({
    channel: 'http',
    actor: expect.stringMatching(/^token:caller-/),
    details: { reason: 'test of revoke' },
  });
  const older = await call(world, `GET /v1/audit?before=${json.next}&limit=200`, { token });
  expect(older.json.entries[0].hash).toBe(json.entries[2].prev_hash);
});

test('the rights of a token at Rekey are handed on only by who has them', async () => {
  const world = await anHttpWorld();
  const token = await aToken(world, 'keys:create');
  const body = { ...FACTS, scopes: ['keys:revoke'] };
  const { status, json } = await call(world, 'POST /v1/keys', { token, body });
  expect([status, json.type]).toEqual([403, 'urn:rekey:not_allowed']);
});

test('a JWT of the ledger is verified like a key, and its public key is published under its kid (S2-03)', async () => {
  const world = await anHttpWorld();
  allowResponses(world);
  const token = await aToken(world, 'keys:create', 'keys:verify', 'keys:rotate');
  const byToken = await call(world, 'POST /v1/keys', {
    token,
    body: { ...FACTS, slug: 'signer', class: 'issuer_key' },
  });
  expect([byToken.status, byToken.json.type]).toEqual([403, 'urn:rekey:not_allowed']);
  const signer = await world.parts.api.keys.generate({
    ...{ actor: 'person:bob', channel: 'cli', dedupe: { source: 'cli', id: 'signer' } },
    facts: facts({ slug: 'signer', class: 'issuer_key', runbook: null, environment: 'staging' }),
    ...{ expiresInDays: null, claims: null, recipient: 'person:bob' },
  });
  const jwt = { ...FACTS, slug: 'billing-jwt', class: 'jwt', claims: { plan: 'gold' }, delivery: 'response' };
  const { json } = await call(world, 'POST /v1/keys', { token, body: jwt });

  const published = await call(world, 'GET /.well-known/jwks.json');
  expect(published.json.keys).toEqual([expect.objectContaining({ kid: signer.key.id, alg: 'EdDSA', use: 'sig' })]);
  expect(published.text).not.toContain('"d"');
  const verdict = await call(world, 'POST /v1/keys/verify', { token, body: { key: json.api_key } });
  expect(verdict.json).toMatchObject({ status: 'valid', slug: 'billing-jwt', scopes: ['billing:read'] });

  for (const delivery of ['registered', 'claim', 'response']) {
    const rotated = await call(world, 'POST /v1/keys/signer/rotate', {
      token,
      body: { reason: 'quarterly', delivery },
    });
    expect([rotated.status, rotated.json]).toMatchObject([403, { title: expect.stringContaining('may administer') }]);
  }
  await world.parts.api.keys.rotateSigningKey({
    ...{ actor: 'person:bob', channel: 'cli', dedupe: { source: 'cli', id: 'next' } },
    ...{ key: 'signer', reason: 'quarterly' },
  });
  expect((await call(world, 'GET /.well-known/jwks.json')).json.keys).toHaveLength(2);
  expect((await call(world, 'POST /v1/keys/verify', { token, body: { key: json.api_key } })).json.status).toMatch(
    /valid|retiring/,
  );
});

test('a value that is pasted where a reference belongs is neither repeated to its caller nor kept', async () => {
  const world = await anHttpWorld();
  const token = await aToken(world, 'keys:create');
  const password = 'Tr0ub4dor&3-prod-db-password';
  for (const pasted of [
    { secret_ref: password },
    { runbook: `${password} (old)` },
    { scopes: [`${password} (old)`] },
    { delivery: 'registered', place: { sink: 'file', target: password } },
    { probe_url: password },
  ]) {
    const told = await call(world, 'POST /v1/keys', { token, body: { ...FACTS, ...pasted } });
    expect(told.status).toBeGreaterThanOrEqual(400);
    expect(told.text).not.toContain(password);
  }
  for (const file of [world.ledgerFile, `${world.ledgerFile}-wal`])
    expect(readFileSync(file).includes(password)).toBe(false);
});
