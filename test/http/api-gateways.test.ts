import { expect, test } from 'vitest';
import { daysAfter, minutesAfter, NOON } from '../support/builders.ts';
import { anHttpWorld } from '../support/http-world.ts';
import { aToken, call } from './api-client.ts';

const retiring = { state: 'retiring', retiringAt: NOON, graceEndsAt: minutesAfter(NOON, 30) } as const;

test('a gateway is told with a status alone whether to let a request through (S2-22, S2-23)', async () => {
  const world = await anHttpWorld();
  const token = await aToken(world, 'keys:verify');
  const { material } = await world.issue();
  const old = await world.issue({ slug: 'old', ...retiring });
  const dead = await world.issue({ slug: 'dead', state: 'revoked', revokedAt: NOON });
  const ask = (headers: Record<string, string>, query = '') =>
    call(world, `GET /v1/authorize${query}`, { token, headers });

  const through = await ask({ 'x-original-api-key': material });
  expect([through.status, through.text]).toEqual([204, '']);
  expect(Object.fromEntries(through.headers)).toMatchObject({
    'x-rekey-key': 'payments-prod',
    'x-rekey-version': '3',
    'x-rekey-service': 'payments',
    'x-rekey-status': 'valid',
    'cache-control': 'no-store',
  });
  expect((await ask({ 'x-original-authorization': `Bearer ${material}` })).status).toBe(204);
  const inGrace = await ask({ 'x-original-api-key': old.material });
  expect([inGrace.status, inGrace.headers.get('x-rekey-retiring-until')]).toEqual([204, '2027-03-10T12:30:00.000Z']);

  const refused = [
    await ask({}),
    await ask({ 'x-original-api-key': 'rekey_live_nobodys' }),
    await ask({ 'x-original-api-key': dead.material }),
  ];
  expect(refused.map(({ status, json }) => [status, json.type, json.title])).toEqual([
    [401, 'urn:rekey:no_key', 'No key came with the request: send it as X-Api-Key, or as Authorization: Bearer <key>.'],
    [401, 'urn:rekey:key_refused', 'The key that came with the request is not one that is known here.'],
    [401, 'urn:rekey:key_refused', 'The key that came with the request is revoked.'],
  ]);
  expect((await ask({ 'x-original-api-key': material }, '?scope=payments:read')).status).toBe(204);
  const scope = await ask({ 'x-original-api-key': material }, '?scope=payments:refund');
  expect([scope.status, scope.json.type]).toEqual([403, 'urn:rekey:not_allowed']);
});

test('a gateway that lost its own right is not taken for a caller with a bad key', async () => {
  const world = await anHttpWorld();
  const { material } = await world.issue();
  const told = await call(world, 'GET /v1/authorize', {
    token: 'rekey_live_old',
    headers: { 'x-original-api-key': material },
  });
  expect([told.status, told.json.type]).toEqual([403, 'urn:rekey:gateway_unauthorized']);
});

test('counts the calls that go through a gateway by the caller that it names, or by the gateway', async () => {
  const world = await anHttpWorld();
  const { material: token } = await world.issue({ slug: 'edge', scopes: ['keys:verify'] });
  const { material, key } = await world.issue();
  const ask = (caller: string) =>
    call(world, 'GET /v1/authorize', { token, headers: { 'x-original-api-key': material, 'x-rekey-caller': caller } });
  for (const caller of ['checkout', 'checkout', 'Not A Name']) await ask(caller);
  await world.usage.flush();
  expect(await world.ledger.read.usageOf(key.id, daysAfter(NOON, -1))).toEqual([
    expect.objectContaining({ caller: 'checkout', accepted: 2 }),
    expect.objectContaining({ caller: 'edge', accepted: 1 }),
  ]);
});

test('a verifier that is narrowed to one service knows the keys of no other, and counts nothing on them', async () => {
  const world = await anHttpWorld();
  const token = await aToken(world, 'keys:verify@billing');
  const payments = await world.issue();
  const billing = await world.issue({ slug: 'billing-prod', service: 'billing' });
  const verify = async (key: string) => (await call(world, 'POST /v1/keys/verify', { token, body: { key } })).json;
  const through = (key: string) => call(world, 'GET /v1/authorize', { token, headers: { 'x-original-api-key': key } });

  expect(await verify(payments.material)).toEqual({ status: 'not_found' });
  const { status, json } = await through(payments.material);
  expect([status, json.title]).toEqual([401, 'The key that came with the request is not one that is known here.']);
  await world.usage.flush();
  expect(await world.ledger.read.usageOf(payments.key.id, daysAfter(NOON, -1))).toEqual([]);
  expect((await verify(billing.material)).status).toBe('valid');
  expect((await through(billing.material)).status).toBe(204);
});

test('what a gateway counted by itself is added, and one unknown key does not hold the others up', async () => {
  const world = await anHttpWorld();
  const token = await aToken(world, 'usage:write@payments');
  const { key } = await world.issue();
  await world.issue({ slug: 'billing-prod', service: 'billing' });
  const counts = [
    { key: 'payments-prod', caller: 'checkout', accepted: 40, rejected: 2 },
    { key: 'billing-prod', caller: 'checkout', accepted: 1 },
    { key: 'nobody', caller: 'checkout', accepted: 1 },
    { key: key.id, caller: 'checkout', accepted: 2 },
  ];
  const { status, json } = await call(world, 'POST /v1/usage', { token, body: { counts } });
  expect([status, json]).toEqual([
    202,
    {
      counted: 2,
      skipped: [
        { index: 1, why: 'The key that asks has usage:write for payments only.' },
        { index: 2, why: 'There is no key of this id or slug.' },
      ],
    },
  ]);
  await world.usage.flush();
  expect(await world.ledger.read.usageOf(key.id, daysAfter(NOON, -1))).toEqual([
    expect.objectContaining({ caller: 'checkout', accepted: 42, rejected: 2 }),
  ]);
});
