import { expect, test } from 'vitest';
import type { Key } from '../../src/domain/key.ts';
import { countUsage } from '../../src/http/usage-counter.ts';
import { daysAfter, minutesAfter, NOON } from '../support/builders.ts';
import { anHttpWorld, type HttpWorld } from '../support/http-world.ts';

async function aVerifier(world: HttpWorld, overrides: Partial<Key> = {}): Promise<string> {
  const { material } = await world.issue({ slug: 'payments-api-verifier', scopes: ['keys:verify'], ...overrides });
  return material;
}

function ask(world: HttpWorld, body: unknown, headers: Record<string, string>): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return fetch(`${world.url}/v1/keys/verify`, { method: 'POST', headers, body: text });
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

test.each<[string, Partial<Key>, object]>([
  ['an active key is valid', {}, { status: 'valid', using_retiring_key: false }],
  ['a key without an expiry is valid', { expiresAt: null }, { status: 'valid', expires_at: null }],
  [
    'a key that is being replaced works until its grace ends',
    { state: 'retiring', retiringAt: NOON, graceEndsAt: minutesAfter(NOON, 30) },
    { status: 'retiring', until: '2027-03-10T12:30:00.000Z', using_retiring_key: true },
  ],
  ['the clock decides about expiry, whatever the state says', { expiresAt: NOON }, { status: 'expired' }],
  ['a key that is known to be expired', { state: 'expired' }, { status: 'expired' }],
  [
    'a retiring key whose grace is over',
    { state: 'retiring', retiringAt: daysAfter(NOON, -1), graceEndsAt: NOON },
    { status: 'expired' },
  ],
  ['a revoked key', { state: 'revoked', revokedAt: NOON }, { status: 'revoked' }],
  ['a suspended key', { state: 'suspended', suspendedAt: NOON }, { status: 'suspended' }],
  ['a key that was not delivered yet', { state: 'pending' }, { status: 'pending' }],
])('%s', async (_, overrides, expected) => {
  const world = await anHttpWorld();
  const { key, material } = await world.issue(overrides);

  const answer = await ask(world, { key: material, caller: 'checkout' }, bearer(await aVerifier(world)));

  expect(answer.status).toBe(200);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  const text = await answer.text();
  expect(JSON.parse(text)).toMatchObject({
    ...expected,
    id: key.id,
    slug: 'payments-prod',
    version: 3,
    service: 'payments',
    scopes: ['payments:read', 'payments:write'],
    rate_limit: 1_000,
  });
  expect(text).not.toContain(material.slice(30));
});

test('a key that nobody issued is not found, and nothing of it comes back', async () => {
  const world = await anHttpWorld();
  const answer = await ask(world, { key: 'rekey_live_made_up' }, bearer(await aVerifier(world)));

  expect([answer.status, await answer.text()]).toEqual([200, '{"status":"not_found"}']);
});

test.each<[string, Partial<Key> | null]>([
  ['nobody', null],
  ['an expired key', { expiresAt: NOON }],
  ['a revoked key', { state: 'revoked', revokedAt: NOON }],
  ['a key that is not delivered yet', { state: 'pending' }],
])('asking as %s is refused, and the answer says with what to ask', async (_, asking) => {
  const world = await anHttpWorld();
  const { material } = await world.issue();
  const token = asking === null ? null : await aVerifier(world, asking);

  const answer = await ask(world, { key: material }, token === null ? {} : bearer(token));

  expect(answer.status).toBe(401);
  expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  const problem = await answer.text();
  expect(JSON.parse(problem)).toMatchObject({ type: 'urn:rekey:unauthorized', status: 401 });
  expect(problem).not.toContain(material.slice(30));
  if (token !== null) expect(problem).not.toContain(token.slice(30));
});

test.each(['Basic abc', 'Bearer', 'Bearer ', 'Bearer a b', ''])('"%s" is no way to ask', async (authorization) => {
  const world = await anHttpWorld();
  expect((await ask(world, { key: 'x' }, { authorization })).status).toBe(401);
});

test('a key without the scope keys:verify is told that it lacks it', async () => {
  const world = await anHttpWorld();
  const { material } = await world.issue();
  const answer = await ask(world, { key: material }, bearer(material));

  expect(answer.status).toBe(403);
  expect(await answer.json()).toMatchObject({
    type: 'urn:rekey:scope_missing',
    title: 'The key that asks lacks the scope keys:verify; it has payments:read, payments:write.',
  });
});

test('a verifier whose own key is being replaced goes on working until the grace ends', async () => {
  const world = await anHttpWorld();
  const { material } = await world.issue();
  const verifier = await aVerifier(world, { state: 'retiring', retiringAt: NOON, graceEndsAt: minutesAfter(NOON, 30) });

  expect((await ask(world, { key: material }, { authorization: `bearer ${verifier}` })).status).toBe(200);
  world.setNow(minutesAfter(NOON, 30));
  expect((await ask(world, { key: material }, bearer(verifier))).status).toBe(401);
});

test.each<[string, unknown]>([
  ['no JSON', 'rekey_live_canary'],
  ['nothing', ''],
  ['a list', ['rekey_live_canary']],
  ['no key', { caller: 'checkout' }],
  ['an empty key', { key: '' }],
  ['a number', { key: 7 }],
  ['a key that is too long', { key: 'canary'.repeat(1_000) }],
  ['a caller with a line break', { key: 'rekey_live_canary', caller: 'a\nb' }],
])('a body with %s is refused in words that do not repeat it', async (_, body) => {
  const world = await anHttpWorld();
  const answer = await ask(world, body, bearer(await aVerifier(world)));
  const text = await answer.text();

  expect([answer.status, JSON.parse(text).type]).toEqual([400, 'urn:rekey:bad_body']);
  expect(text).not.toContain('canary');
});

test('a body that is too large is not read', async () => {
  const world = await anHttpWorld();
  const answer = await ask(world, { key: 'x'.repeat(70_000) }, bearer(await aVerifier(world)));
  expect([answer.status, await answer.json()]).toMatchObject([413, { type: 'urn:rekey:too_large' }]);
});

test('counts who used which key, accepted and rejected apart', async () => {
  const world = await anHttpWorld();
  const good = await world.issue();
  const bad = await world.issue({ slug: 'old', state: 'expired' });
  const verifier = bearer(await aVerifier(world));
  for (const caller of ['checkout', 'checkout', 'billing']) await ask(world, { key: good.material, caller }, verifier);
  await ask(world, { key: bad.material }, verifier);
  await world.usage.flush();

  expect(await world.ledger.read.usageOf(good.key.id, daysAfter(NOON, -1))).toEqual([
    expect.objectContaining({ caller: 'billing', accepted: 1, rejected: 0 }),
    expect.objectContaining({ caller: 'checkout', accepted: 2, rejected: 0 }),
  ]);
  expect(await world.ledger.read.usageOf(bad.key.id, daysAfter(NOON, -1))).toEqual([
    expect.objectContaining({ caller: 'unknown', accepted: 0, rejected: 1 }),
  ]);
});

test('keeps its counts when the ledger cannot take them, and writes them once it can', async () => {
  const world = await anHttpWorld();
  const { key } = await world.issue();
  const away = { countUsage: () => Promise.reject(new Error('the ledger is busy')) };
  let ledger: Pick<typeof world.ledger, 'countUsage'> = away;
  const errors: unknown[] = [];
  const usage = countUsage(
    { countUsage: (counts) => ledger.countUsage(counts) },
    () => NOON,
    (error) => errors.push(error),
  );
  usage.count(key.id, 'checkout', false);
  await usage.flush();
  usage.count(key.id, 'checkout', false);
  ledger = world.ledger;
  await usage.stop();

  expect(errors).toHaveLength(1);
  expect(await world.ledger.read.usageOf(key.id, daysAfter(NOON, -1))).toEqual([
    expect.objectContaining({ caller: 'checkout', accepted: 0, rejected: 2 }),
  ]);
});
