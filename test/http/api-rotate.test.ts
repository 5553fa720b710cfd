import { join } from 'node:path';
import { expect, test } from 'vitest';
import { HOUR, NOON } from '../support/builders.ts';
import { anHttpWorld, type HttpWorld } from '../support/http-world.ts';
import { allowResponses, askNobody, aToken, call } from './api-client.ts';

const later = (hours: number) => new Date(NOON.getTime() + hours * HOUR);

async function aWorld(): Promise<
  HttpWorld & { token: string; old: string; statusOf: (key: string) => Promise<string> }
> {
  const world = await anHttpWorld();
  const { material: old } = await world.issue({ delivery: null });
  const token = await aToken(world, 'keys:rotate', 'keys:create', 'keys:read', 'keys:verify', 'keys:change');
  const statusOf = async (key: string) =>
    (await call(world, 'POST /v1/keys/verify', { token, body: { key } })).json.status;
  return { ...world, token, old, statusOf };
}

test('a rotation answers with the new key, its prefix and the deadline of the old one (S1-04, S1-05, S1-07)', async () => {
  const world = await aWorld();
  allowResponses(world);
  const body = { grace_period_hours: 48, reason: 'quarterly', delivery: 'response' };
  const { status, json } = await call(world, 'POST /v1/keys/payments-prod/rotate', { token: world.token, body });

  expect([status, json]).toMatchObject([
    200,
    { grace_period_hours: 48, rotation_count: 1, old_key_expires_at: later(48).toISOString() },
  ]);
  expect(json.new_api_key.startsWith(json.new_api_key_prefix)).toBe(true);
  expect([await world.statusOf(world.old), await world.statusOf(json.new_api_key)]).toEqual(['retiring', 'valid']);
  world.setNow(later(48));
  expect([await world.statusOf(world.old), await world.statusOf(json.new_api_key)]).toEqual(['expired', 'valid']);
});

test('the grace is 24 hours when nobody says otherwise, and 1 to 168 when somebody does (S1-02, S1-03)', async () => {
  const world = await aWorld();
  askNobody(world);
  const ask = (grace_period_hours?: number) =>
    call(world, 'POST /v1/keys/payments-prod/rotate', {
      token: world.token,
      body: { reason: 'test', delivery: 'claim', grace_period_hours },
    });
  expect((await ask(0)).json.type).toBe('urn:rekey:grace_out_of_bounds');
  expect((await ask(169)).status).toBe(400);
  await ask();
  const { json } = await call(world, 'GET /v1/keys/payments-prod/rotation', { token: world.token });
  expect(json).toMatchObject({
    grace_period_hours: 24,
    state: 'in_progress',
    has_previous_key: false,
    rotation_count: 0,
  });
});

test('the facts of a rotation say how both keys stand, before, in and after the grace (S1-08, S1-21, S3-04)', async () => {
  const world = await aWorld();
  allowResponses(world);
  const facts = async () => (await call(world, 'GET /v1/keys/payments-prod/rotation', { token: world.token })).json;
  expect(await facts()).toMatchObject({
    has_previous_key: false,
    last_rotated_at: null,
    rotation_count: 0,
    rotation: null,
    state: null,
  });

  const body = { grace_period_hours: 24, reason: 'quarterly', delivery: 'response' };
  const { json } = await call(world, 'POST /v1/keys/payments-prod/rotate', { token: world.token, body });
  expect(await facts()).toMatchObject({
    key_id: json.key_id,
    api_key_prefix: json.new_api_key_prefix,
    has_previous_key: true,
    previous_key_expires_at: later(24).toISOString(),
    rotation_count: 1,
    last_rotated_at: NOON.toISOString(),
    state: 'grace_period',
    rotation: {
      mode: 'planned',
      status: 'grace_period',
      requested_by: expect.stringMatching(/^token:/),
      reason: 'quarterly',
    },
  });
  world.setNow(later(24));
  expect(await facts()).toMatchObject({ has_previous_key: false, previous_key_expires_at: null });
});

test('a key that people have to agree on is not rotated into an answer, and nothing has begun', async () => {
  const world = await aWorld();
  allowResponses(world);
  const body = { reason: 'leaked', delivery: 'response', mode: 'extended' };
  const { status, json } = await call(world, 'POST /v1/keys/payments-prod/rotate', { token: world.token, body });
  expect([status, json.type]).toEqual([409, 'urn:rekey:response_needs_no_approval']);
  expect(json.title).toContain('needs 2 people to agree first');
  expect(await world.ledger.read.openRotationOf('payments-prod')).toBeNull();
});

test('a new key that takes too long is not waited for: the answer says where to take it, and it is taken there', async () => {
  const world = await aWorld();
  allowResponses(world);
  const busy = { ...world, app: world.appWith({ advance: async () => {}, responseWithinMs: 10 }) };
  const body = { reason: 'quarterly', delivery: 'response' };
  const { status, json } = await call(busy, 'POST /v1/keys/payments-prod/rotate', { token: world.token, body });
  expect([status, json]).toMatchObject([
    202,
    { result: 'started', claim: null, follow: '/v1/keys/payments-prod/rotation' },
  ]);

  await world.advance();
  const { claim } = (await call(world, 'GET /v1/keys/payments-prod/rotation', { token: world.token })).json;
  expect(claim.how).toBe(`POST /v1/claims/${claim.id}/take with that token`);
  const taken = await call(world, `POST /v1/claims/${claim.id}/take`, { token: world.token });
  expect(await world.statusOf(taken.json.api_key)).toBe('pending');
  await world.advance();
  expect(await world.statusOf(taken.json.api_key)).toBe('valid');
});

test('without the policy the new key is not in the answer, and nothing has begun', async () => {
  const world = await aWorld();
  const body = { reason: 'quarterly', delivery: 'response' };
  const { status, json } = await call(world, 'POST /v1/keys/payments-prod/rotate', { token: world.token, body });
  expect([status, json.type]).toEqual([403, 'urn:rekey:response_not_allowed']);
  expect(await world.ledger.read.openRotationOf('payments-prod')).toBeNull();
});

test('a rotation that is under way is not begun twice, and says since when, by whom and until when', async () => {
  const world = await aWorld();
  allowResponses(world);
  const body = { reason: 'quarterly', delivery: 'response' };
  await call(world, 'POST /v1/keys/payments-prod/rotate', { token: world.token, body });
  const { status, json } = await call(world, 'POST /v1/keys/payments-prod/rotate', { token: world.token, body });
  expect([status, json.type]).toEqual([409, 'urn:rekey:rotation_open']);
  expect(json.title).toMatch(/in progress since .* by token:caller-\d+, its grace ends/);
});

test('a rotation can be put off, and says when it begins (S3-01)', async () => {
  const world = await aWorld();
  const body = { reason: 'quarterly', delivery: 'claim', not_before: later(30).toISOString() };
  const { status, json } = await call(world, 'POST /v1/keys/payments-prod/rotate', { token: world.token, body });
  expect([status, json]).toMatchObject([
    202,
    { result: 'scheduled', claim: null, rotation: { status: 'scheduled', scheduled_at: later(30).toISOString() } },
  ]);
});

test('an offer to a token is taken once by that token, and by no other', async () => {
  const world = await aWorld();
  allowResponses(world);
  const { slug } = (await call(world, 'GET /v1/keys?service=ci', { token: world.token })).json.keys.at(-1);
  const body = { reason: 'quarterly', delivery: 'claim', recipient: `token:${slug}` };
  const asked = await call(world, 'POST /v1/keys/payments-prod/rotate', { token: world.token, body });
  expect(asked.status).toBe(202);
  await world.advance();
  const [offer] = await world.ledger.read.openClaims(NOON);
  if (offer === undefined) throw new Error('nothing is offered');

  const stranger = await call(world, `POST /v1/claims/${offer.id}/take`, { token: await aToken(world, 'keys:read') });
  expect([stranger.status, stranger.json.type]).toEqual([404, 'urn:rekey:unknown_claim']);
  const taken = await call(world, `POST /v1/claims/${offer.id}/take`, { token: world.token });
  expect(taken.json.api_key).toMatch(/^rekey_live_/);
  const again = await call(world, `POST /v1/claims/${offer.id}/take`, { token: world.token });
  expect([again.status, again.json.type]).toEqual([410, 'urn:rekey:claim_taken']);
  expect(await world.ledger.read.lastAlarm(offer.key, 'second_reveal')).not.toBeNull();
});

test('who may only rotate gets no key by it: not its value, and not the rights that it has', async () => {
  const world = await aWorld();
  allowResponses(world);
  const root = { slug: 'root-of-rekey', service: 'rekey', delivery: null, scopes: ['keys:create', 'keys:revoke'] };
  await world.issue(root);
  const ask = async (scopes: string[], key: string, how: object) => {
    const token = await aToken(world, 'keys:rotate', ...scopes);
    const body = { reason: 'quarterly', ...how };
    const { status, json } = await call(world, `POST /v1/keys/${key}/rotate`, { token, body });
    expect([status, json.new_api_key, await world.ledger.read.openRotationOf(key)]).toEqual([403, undefined, null]);
    return json.type;
  };
  const toItself = { delivery: 'response' };
  expect(await ask([], 'payments-prod', toItself)).toBe('urn:rekey:recipient_not_allowed');
  expect(await ask(['keys:create@billing'], 'payments-prod', toItself)).toBe('urn:rekey:recipient_not_allowed');
  const toDave = { delivery: 'claim', recipient: 'person:dave' };
  expect(await ask([], 'payments-prod', toDave)).toBe('urn:rekey:recipient_not_allowed');
  expect(await ask([], 'root-of-rekey', toItself)).toBe('urn:rekey:not_allowed');
  expect(await ask(['keys:create'], 'root-of-rekey', toItself)).toBe('urn:rekey:not_allowed');
  expect(await ask([], 'root-of-rekey', { delivery: 'claim' })).toBe('urn:rekey:not_allowed');
});

test('a token rotates the key that it is, and gets the new one', async () => {
  const world = await anHttpWorld();
  allowResponses(world);
  const { material: token } = await world.issue({ slug: 'ci', service: 'ci', delivery: null, scopes: ['keys:rotate'] });
  const body = { reason: 'quarterly', delivery: 'response' };
  const { status, json } = await call(world, 'POST /v1/keys/ci/rotate', { token, body });
  expect([status, json]).toMatchObject([200, { new_api_key: expect.stringMatching(/^rekey_live_/) }]);
});

test('callers that are late get more time once, by half of the grace at most (S3-21)', async () => {
  const world = await aWorld();
  allowResponses(world);
  const body = { grace_period_hours: 24, reason: 'quarterly', delivery: 'response' };
  await call(world, 'POST /v1/keys/payments-prod/rotate', { token: world.token, body });
  const extend = (hours: number) =>
    call(world, 'POST /v1/keys/payments-prod/extend', {
      token: world.token,
      body: { hours, reason: 'checkout is late' },
    });

  expect((await extend(13)).json.type).toBe('urn:rekey:grace_out_of_bounds');
  expect((await extend(12)).json).toMatchObject({ state: 'retiring', grace_ends_at: later(36).toISOString() });
  expect((await extend(1)).json.type).toBe('urn:rekey:grace_extended');
  world.setNow(later(30));
  expect(await world.statusOf(world.old)).toBe('retiring');
});

test('a key with a place is rotated into that place, and the answer has nothing of it', async () => {
  const world = await aWorld();
  askNobody(world);
  const target = join(world.placesDir, 'registered');
  await world.issue({ slug: 'registered', delivery: { sink: 'file', target } });
  const { status, text } = await call(world, 'POST /v1/keys/registered/rotate', {
    token: world.token,
    body: { reason: 'quarterly' },
  });
  expect(status).toBe(202);
  expect(text).not.toMatch(/rekey_(live|test)_\w{16}_/);
});
