import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Refusal } from '../../src/errors.ts';
import { signatureOf } from '../../src/providers/webhook-signature.ts';
import { Secret } from '../../src/secret.ts';
import { alertFromWebhook, type SignedRequest } from '../../src/triggers/signed-webhook.ts';
import { NOON } from '../support/builders.ts';

const secret = new Secret('hook-secret-of-the-payments-api-0123456789');
const TIMESTAMP = String(NOON.getTime() / 1_000);
const at = { secret, now: NOON };

function signed(text: string, timestamp = TIMESTAMP): SignedRequest {
  return { timestamp, signature: signatureOf(secret, timestamp, text), body: new TextEncoder().encode(text) };
}

function refusal(request: SignedRequest, when = at): string {
  try {
    alertFromWebhook('payments-api', request, when);
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
  return 'taken';
}

test('reads an alert with everything that a sender leaves out filled in', () => {
  const alert = alertFromWebhook('payments-api', signed('{"alert":"auth_failures","key":"payments-prod"}'), at);
  expect(alert).toEqual({
    actor: 'hook:payments-api',
    channel: 'hook',
    dedupe: { source: 'hook:payments-api', id: expect.stringMatching(/^[0-9a-f]{64}$/) },
    alert: 'auth_failures',
    key: 'payments-prod',
    count: 1,
    windowMinutes: 10,
    firstSeenAt: NOON,
    details: {},
  });
});

test('the signature is the one that a shell with openssl computes', () => {
  // printf 'v1:1804680000:{}' | openssl dgst -sha256 -hmac hook-secret-of-the-payments-api-0123456789
  expect(signatureOf(secret, '1804680000', '{}')).toBe(
    'v1=d918208f2b61c1c6d35674da8bdd0fdb424129e04d331d87783bc53867eb7114',
  );
});

test('the same request has the same identity, and every other one another', () => {
  const identity = (request: SignedRequest) => alertFromWebhook('payments-api', request, at).dedupe.id;
  const text = '{"alert":"a","key":"b"}';
  const later = String(Number(TIMESTAMP) + 1);
  expect(identity(signed(text))).toBe(identity(signed(text)));
  expect(
    new Set([text, '{"alert":"a","key":"c"}'].flatMap((one) => [identity(signed(one)), identity(signed(one, later))]))
      .size,
  ).toBe(4);
});

test('takes nothing whose secret, timestamp or body differs from what was signed', () => {
  const genuine = signed('{"alert":"a","key":"b"}');
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.string(),
      fc.string({ minLength: 1 }),
      (body, timestamp, other) => {
        expect(refusal({ ...genuine, body })).toBe('bad_signature');
        expect(['bad_signature', 'stale_request']).toContain(refusal({ ...genuine, timestamp }));
        expect(refusal(genuine, { secret: new Secret(`${secret.reveal()}${other}`), now: NOON })).toBe('bad_signature');
      },
    ),
  );
});

test('refuses whatever is signed and is no alert, in words and never with a crash', () => {
  const anything = fc.oneof(fc.string(), fc.json(), fc.constantFrom('null', '[]', '{"__proto__":{}}', '1e999', '"'));
  fc.assert(
    fc.property(anything, (text) => {
      expect(refusal(signed(text))).toBe('bad_body');
    }),
  );
});

test('bytes that are no text are refused after their signature was found right', () => {
  const body = new Uint8Array([0xff, 0xfe]);
  expect(refusal({ timestamp: TIMESTAMP, signature: signatureOf(secret, TIMESTAMP, body), body })).toBe('bad_body');
});

test.each([
  [-300.001, 'stale_request'],
  [-300, 'taken'],
  [300, 'taken'],
  [300.001, 'stale_request'],
])('with our clock %d s off the timestamp: %s', (seconds, outcome) => {
  const now = new Date(NOON.getTime() + seconds * 1_000);
  expect(refusal(signed('{"alert":"a","key":"b"}'), { secret, now })).toBe(outcome);
});

test.each([
  ['as its key', (key: string) => ({ alert: 'a', key })],
  ['in a detail', (key: string) => ({ alert: 'a', key: 'b', details: { authorization: `Bearer ${key}` } })],
  ['as the name of a detail', (key: string) => ({ alert: 'a', key: 'b', details: { [key]: true } })],
])('a signed body with a live key %s is refused without echoing it', (_where, bodyOf) => {
  const live = `rekey_live_0123456789ABCDEF_${'0'.repeat(43)}`;
  const request = signed(JSON.stringify(bodyOf(live)));
  expect(refusal(request)).toBe('secret_in_body');
  expect(() => alertFromWebhook('payments-api', request, at)).toThrow(
    /^(?!.*rekey_live_).*treat that key as exploited/,
  );
});
