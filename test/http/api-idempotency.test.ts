import { expect, test } from 'vitest';
import { minutesAfter, NOON } from '../support/builders.ts';
import { anHttpWorld, type HttpWorld } from '../support/http-world.ts';
import { allowResponses, aToken, call, FACTS } from './api-client.ts';

const NAMED = { 'idempotency-key': '7c1f0b9e-order' };

async function issued({ ledger }: HttpWorld, slug: string): Promise<number> {
  return (await ledger.read.versionsOf(slug)).length;
}

test('the same request again gets the first answer word for word and has no second effect', async () => {
  const world = await anHttpWorld();
  const token = await aToken(world, 'keys:create');
  const ask = () => call(world, 'POST /v1/keys', { token, body: FACTS, headers: NAMED });
  const first = await ask();
  const again = await ask();

  expect(again.text).toBe(first.text);
  expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
  expect(first.headers.get('idempotency-replayed')).toBeNull();
  expect(await issued(world, 'billing-prod')).toBe(1);
});

test('the order of the fields is no difference, another value is', async () => {
  const world = await anHttpWorld();
  const token = await aToken(world, 'keys:create');
  await call(world, 'POST /v1/keys', { token, body: FACTS, headers: NAMED });
  const turned = Object.fromEntries(Object.entries(FACTS).reverse());
  expect((await call(world, 'POST /v1/keys', { token, body: turned, headers: NAMED })).status).toBe(201);

  const other = await call(world, 'POST /v1/keys', { token, body: { ...FACTS, slug: 'other' }, headers: NAMED });
  expect([other.status, other.json.type]).toEqual([422, 'urn:rekey:idempotency_mismatch']);
  const elsewhere = await call(world, 'POST /v1/usage', {
    token: await aToken(world, 'usage:write'),
    body: { counts: [{ key: 'x', caller: 'y' }] },
    headers: NAMED,
  });
  expect(elsewhere.status).toBe(202);
});

test('a refusal is an answer too, and is repeated', async () => {
  const world = await anHttpWorld();
  const token = await aToken(world, 'keys:revoke');
  const ask = () => call(world, 'POST /v1/keys/late/revoke', { token, body: { reason: 'test' }, headers: NAMED });
  const first = await ask();
  await world.issue({ slug: 'late' });
  const again = await ask();
  expect([first.status, again.status, again.text]).toEqual([404, 404, first.text]);
  expect(again.headers.get('content-type')).toBe('application/problem+json');
});

test('a request that did not have the right form may be corrected under the same key', async () => {
  const world = await anHttpWorld();
  const token = await aToken(world, 'keys:create');
  expect((await call(world, 'POST /v1/keys', { token, body: { ...FACTS, slug: '?' }, headers: NAMED })).status).toBe(
    400,
  );
  expect((await call(world, 'POST /v1/keys', { token, body: FACTS, headers: NAMED })).status).toBe(201);
});

test('what failed for reasons of ours is not kept: the same request works when they are gone', async () => {
  const world = await anHttpWorld();
  const token = await aToken(world, 'keys:create');
  const broken = { ...world, app: world.appWith({ policy: () => Promise.reject(new Error('the disk is away')) }) };
  const failed = await call(broken, 'POST /v1/keys', {
    token,
    body: { ...FACTS, delivery: 'response' },
    headers: NAMED,
  });
  expect(failed.status).toBe(500);
  expect(world.reported).toHaveLength(1);
  allowResponses(world);
  const { json } = await call(world, 'POST /v1/keys', {
    token,
    body: { ...FACTS, delivery: 'response' },
    headers: NAMED,
  });
  expect(json.api_key).toMatch(/^rekey_live_/);
});

test('twenty copies at the same time have one effect; who comes too early is told to ask again', async () => {
  const world = await anHttpWorld();
  const token = await aToken(world, 'keys:create');
  const ask = () => call(world, 'POST /v1/keys', { token, body: FACTS, headers: NAMED });
  const told = await Promise.all(Array.from({ length: 20 }, ask));

  for (const { status, json, headers } of told) {
    expect([201, 409]).toContain(status);
    if (status === 409) expect([json.type, headers.get('retry-after')]).toEqual(['urn:rekey:still_running', '1']);
  }
  expect(told.some(({ status }) => status === 201)).toBe(true);
  expect(await issued(world, 'billing-prod')).toBe(1);
  expect((await ask()).status).toBe(201);
});

test('a crash between the effect and its answer leads to the same key, and not to a second one', async () => {
  const world = await anHttpWorld();
  allowResponses(world);
  const token = await aToken(world, 'keys:create');
  const { answers } = world.ledger;
  const gone = { ...answers, complete: () => new Promise<void>(() => {}), release: async () => {} };
  const dying = { ...world, app: world.appWith({ ledger: { read: world.ledger.read, answers: gone } }) };
  const body = { ...FACTS, delivery: 'response' };
  void call(dying, 'POST /v1/keys', { token, body, headers: NAMED });
  await expect.poll(() => issued(world, 'billing-prod')).toBe(1);
  await expect.poll(async () => (await world.ledger.read.keyBySlug('billing-prod'))?.state).toBe('active');
  const soon = await call(world, 'POST /v1/keys', { token, body, headers: NAMED });
  expect(soon.json.type).toBe('urn:rekey:still_running');

  world.setNow(minutesAfter(NOON, 2));
  const { status, json } = await call(world, 'POST /v1/keys', { token, body, headers: NAMED });
  expect([status, json.key.slug, json.shown_once]).toEqual([
    201,
    'billing-prod',
    expect.stringContaining('handed out before'),
  ]);
  expect(await issued(world, 'billing-prod')).toBe(1);
});

test('a new key reaches its caller also when its answer cannot be kept any more', async () => {
  const world = await anHttpWorld();
  allowResponses(world);
  const token = await aToken(world, 'keys:create');
  const full = { ...world.ledger.answers, complete: () => Promise.reject(new Error('the disk is full')) };
  const failing = { ...world, app: world.appWith({ ledger: { read: world.ledger.read, answers: full } }) };
  const body = { ...FACTS, delivery: 'response' };
  const { status, json } = await call(failing, 'POST /v1/keys', { token, body, headers: NAMED });
  expect([status, json.api_key]).toEqual([201, expect.stringMatching(/^rekey_live_/)]);
  expect(world.reported).toEqual([
    { error: expect.objectContaining({ message: 'the disk is full' }), id: 'kept answer' },
  ]);
});

test('a day later the same key names a new request', async () => {
  const world = await anHttpWorld();
  const { material: token } = await world.issue({
    slug: 'ci',
    scopes: ['keys:create'],
    rateLimit: null,
    expiresAt: null,
  });
  await call(world, 'POST /v1/keys', { token, body: FACTS, headers: NAMED });
  world.setNow(minutesAfter(NOON, 25 * 60));
  const other = await call(world, 'POST /v1/keys', { token, body: { ...FACTS, slug: 'other' }, headers: NAMED });
  expect(other.status).not.toBe(422);
});

test('a key used again after a day, for another key and verb, does what is asked now', async () => {
  const world = await anHttpWorld();
  for (const slug of ['one', 'two']) await world.issue({ slug });
  const token = await aToken(world, 'keys:suspend', 'keys:revoke');
  const ask = (request: string) => call(world, request, { token, body: { reason: 'test' }, headers: NAMED });
  expect((await ask('POST /v1/keys/one/suspend')).json).toMatchObject({ slug: 'one', state: 'suspended' });
  world.setNow(minutesAfter(NOON, 26 * 60));
  const later = await ask('POST /v1/keys/two/revoke');
  expect([later.status, later.json]).toMatchObject([200, { slug: 'two', state: 'revoked' }]);
  expect(await world.ledger.read.keyBySlug('two')).toMatchObject({ state: 'revoked' });
});

test('after an answer that was lost to a fault of ours, another request under the same key does what it asks', async () => {
  const world = await anHttpWorld();
  for (const slug of ['one', 'two']) await world.issue({ slug });
  const token = await aToken(world, 'keys:suspend');
  const { keys } = world.parts.api;
  const suspend: typeof keys.suspend = async (request) => {
    await keys.suspend(request);
    throw new Error('the process ran out of memory');
  };
  const broken = { ...world, app: world.appWith({ keys: { ...keys, suspend } }) };
  const asked = { token, body: { reason: 'test' }, headers: NAMED };
  expect((await call(broken, 'POST /v1/keys/one/suspend', asked)).status).toBe(500);

  const other = await call(world, 'POST /v1/keys/two/suspend', asked);
  expect([other.status, other.json]).toMatchObject([200, { slug: 'two', state: 'suspended' }]);
  expect(await world.ledger.read.keyBySlug('two')).toMatchObject({ state: 'suspended' });
});

test('a verdict is never an old answer', async () => {
  const world = await anHttpWorld();
  const { material } = await world.issue();
  const token = await aToken(world, 'keys:verify', 'keys:suspend');
  const ask = () => call(world, 'POST /v1/keys/verify', { token, body: { key: material }, headers: NAMED });
  expect((await ask()).json.status).toBe('valid');
  await call(world, 'POST /v1/keys/payments-prod/suspend', { token, body: { reason: 'test' } });
  expect((await ask()).json.status).toBe('suspended');
});

test.each(['', ' ', 'two words', 'x'.repeat(129), 'caf\u00e9'])('"%s" is no name for a request', async (key) => {
  const world = await anHttpWorld();
  const token = await aToken(world, 'keys:create');
  const told = await call(world, 'POST /v1/keys', { token, body: FACTS, headers: { 'idempotency-key': key } });
  expect([told.status, told.json.type]).toEqual([400, 'urn:rekey:bad_request']);
});
