import { expect, test } from 'vitest';
import { endpoints } from '../../src/http/api/index.ts';
import { LIMITS } from '../../src/http/api/limits.ts';
import { NOON } from '../support/builders.ts';
import { anHttpWorld } from '../support/http-world.ts';
import { aToken, call, FACTS } from './api-client.ts';

const guarded = endpoints.filter(({ scope }) => scope !== null);
const requestOf = ({ method, path }: { method: string; path: string }) =>
  `${method.toUpperCase()} ${path.replace('{id}', path.includes('claims') ? 'clm-none' : 'payments-prod')}`;

test.each(guarded.map((endpoint) => [requestOf(endpoint), endpoint] as const))(
  '%s is closed to who shows no key, a dead one, or one without the scope',
  async (request, { unauthorizedAs, scope }) => {
    const world = await anHttpWorld();
    await world.issue();
    const dead = await world.issue({ slug: 'dead', scopes: [scope ?? ''], state: 'revoked', revokedAt: NOON });
    const code = unauthorizedAs ?? 'unauthorized';
    const status = unauthorizedAs === undefined ? 401 : 403;

    for (const token of [undefined, 'rekey_live_made_up', dead.material]) {
      const told = await call(world, request, token === undefined ? {} : { token });
      expect([told.status, told.json.type]).toEqual([status, `urn:rekey:${code}`]);
    }
    const without = await call(world, request, { token: await aToken(world, 'payments:read') });
    expect([without.status, without.json.type]).toEqual([403, 'urn:rekey:scope_missing']);
    expect(without.json.title).toContain(scope);
  },
);

test.each([...new Set(endpoints.map(({ path }) => path))])('%s says which methods it answers', async (path) => {
  const world = await anHttpWorld();
  const allowed = endpoints.filter((one) => one.path === path).map(({ method }) => method.toUpperCase());
  const told = await call(world, `PUT ${path.replace('{id}', 'x')}`);
  expect([told.status, told.json.type]).toEqual([405, 'urn:rekey:wrong_method']);
  expect(told.headers.get('allow')).toBe(allowed.join(', '));
});

test('a request keeps the id that its caller gave it, and gets one when it has none that is well-formed', async () => {
  const world = await anHttpWorld();
  const named = await call(world, 'GET /v1/keys', { headers: { 'x-request-id': 'build-4711.deploy' } });
  expect(named.headers.get('x-request-id')).toBe('build-4711.deploy');
  expect(named.json.instance).toBe('urn:rekey:request:build-4711.deploy');

  const { material } = await world.issue();
  for (const bad of ['short', 'with space here', 'x'.repeat(65), material, '"><script>']) {
    const told = await call(world, 'GET /v1/keys', { headers: { 'x-request-id': bad } });
    expect(told.headers.get('x-request-id')).toMatch(/^req-/);
    expect(told.text).not.toContain(bad);
  }
});

test('a token that asks too often is told when it may ask again, and others are not held up by it', async () => {
  const world = await anHttpWorld(undefined, { ...LIMITS, calls: 3 });
  const [busy, calm] = [await aToken(world, 'keys:read'), await aToken(world, 'keys:read')];
  const first = await call(world, 'GET /v1/keys', { token: busy });
  expect(first.headers.get('ratelimit-policy')).toBe('"calls";q=3;w=60');
  expect(first.headers.get('ratelimit')).toMatch(/^"calls";r=2;t=\d+$/);
  for (let i = 0; i < 2; i++) await call(world, 'GET /v1/keys', { token: busy });

  const fourth = await call(world, 'GET /v1/keys', { token: busy });
  expect([fourth.status, fourth.json.type]).toEqual([429, 'urn:rekey:too_many']);
  expect(Number(fourth.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await call(world, 'GET /v1/keys', { token: calm })).status).toBe(200);
});

test('who guesses keys is stopped by address, and who has one goes on from the same address', async () => {
  const world = await anHttpWorld(undefined, { ...LIMITS, refused: 5 });
  const token = await aToken(world, 'keys:read');
  const statuses: number[] = [];
  for (let i = 0; i < 7; i++)
    statuses.push((await call(world, 'GET /v1/keys', { token: `rekey_live_guess${i}` })).status);
  expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
  expect((await call(world, 'GET /v1/keys', { token })).status).toBe(200);
});

test('a verifier is held to the calls per second that its own row in the ledger says', async () => {
  const world = await anHttpWorld();
  const { material: token } = await world.issue({ slug: 'gateway', scopes: ['keys:verify'], rateLimit: 2 });
  const told = await call(world, 'POST /v1/keys/verify', { token, body: { key: 'x' } });
  expect(told.headers.get('ratelimit-policy')).toBe('"own";q=2;w=1');
});

/** Right in every field, and a program that follows it down runs out of stack. */
function deepClaims(): string {
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
  return JSON.stringify({ ...FACTS, class: 'jwt', claims: { deep: '?' } }).replace('"?"', deep);
}

test.each([
  ['POST /v1/keys', 'no JSON', '{'],
  ['POST /v1/keys', 'JSON that is nested too deep', deepClaims()],
  ['POST /v1/keys/payments-prod/revoke', 'bytes that are no text', '\ud800'],
])('%s refuses a body that is %s', async (request, _, body) => {
  const world = await anHttpWorld();
  const told = await call(world, request, { token: await aToken(world, 'keys:create', 'keys:revoke'), body });
  expect(told.status).toBe(400);
  expect(told.json.type).toBe('urn:rekey:bad_body');
});

test('a body that is wrong in several places is told all of them, without repeating what was sent', async () => {
  const world = await anHttpWorld();
  const token = await aToken(world, 'keys:rotate');
  const body = { grace_period_hours: 300, reason: '', mode: 'now', canary_field: 'canary' };
  const { status, json, text } = await call(world, 'POST /v1/keys/payments-prod/rotate', { token, body });

  expect([status, json.type]).toEqual([400, 'urn:rekey:bad_body']);
  expect(json.title).toContain('grace_period_hours: expected at most 168; you sent 300.');
  expect(json.errors).toEqual(
    expect.arrayContaining([
      { in: 'body', field: 'grace_period_hours', expected: 'at most 168', got: '300' },
      { in: 'body', field: 'reason', expected: 'at least 1 characters', got: 'an empty text' },
      {
        in: 'body',
        field: 'mode',
        expected: '"planned" or "suspected" or "extended" or "exploited"',
        got: 'a text of 3 characters',
      },
      { in: 'body', field: 'body', expected: 'no other fields than the documented ones', got: 'one more' },
    ]),
  );
  expect(text).not.toContain('canary');
});

test('a query that is not documented, or given twice, is refused rather than guessed at', async () => {
  const world = await anHttpWorld();
  const token = await aToken(world, 'keys:read');
  for (const query of ['?limit=1&limit=200', '?offset=3', '?limit=0', '?within_days=7']) {
    const told = await call(world, `GET /v1/keys${query}`, { token });
    expect([query, told.status, told.json.type]).toEqual([query, 400, 'urn:rekey:bad_request']);
  }
});

test('a live key in a place where none belongs is refused, and nothing of it is kept', async () => {
  const world = await anHttpWorld();
  const { material } = await world.issue();
  const token = await aToken(world, 'keys:revoke', 'keys:read');
  const body = { reason: `leaked: ${material}` };
  const asked = [
    await call(world, 'POST /v1/keys/payments-prod/revoke', { token, body }),
    await call(world, `GET /v1/keys?owner=${material}`, { token }),
    await call(world, `GET /v1/keys/${material}`, { token }),
  ];
  expect(asked.map(({ status }) => status)).toEqual([422, 422, 422]);
  const kept = JSON.stringify(await world.ledger.read.audit({ limit: 100 }));
  for (const { text } of asked) expect(text + kept).not.toContain(material);
});
