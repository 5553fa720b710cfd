import { expect, test } from 'vitest';
import type { Bounce } from '../../src/engine/deliveries/deliveries.ts';
import { bounceRoutes } from '../../src/http/bounces.ts';
import { signatureOf } from '../../src/providers/webhook-signature.ts';
import { Secret } from '../../src/secret.ts';
import { NOON } from '../support/builders.ts';

const SECRET = new Secret('a-secret-of-the-mail-provider-0123456789');

function aHook() {
  const bounces: Bounce[] = [];
  const deliveries = {
    bounced: async (bounce: Bounce) => {
      bounces.push(bounce);
      return true;
    },
  };
  const app = bounceRoutes({ deliveries, secretOf: () => SECRET, now: () => NOON });
  const post = (body: object, { secret = SECRET, at = NOON } = {}) => {
    const text = JSON.stringify(body);
    const timestamp = String(Math.floor(at.getTime() / 1_000));
    const headers = { 'x-rekey-timestamp': timestamp, 'x-rekey-signature': signatureOf(secret, timestamp, text) };
    return app.request('/bounces', { method: 'POST', body: text, headers });
  };
  return { bounces, post };
}

test('a signed bounce is recorded by the Message-ID, with or without its brackets', async () => {
  const { bounces, post } = aHook();
  expect((await post({ message_id: 'dlv-1@rekey.test', reason: '550 5.1.1\r\nno such user' })).status).toBe(200);
  expect((await post({ message_id: '<dlv-1@rekey.test>', reason: 'x' })).status).toBe(200);
  expect(bounces).toEqual([
    { messageId: '<dlv-1@rekey.test>', why: '550 5.1.1 no such user' },
    { messageId: '<dlv-1@rekey.test>', why: 'x' },
  ]);
});

test('what is not final, forged or old is no bounce', async () => {
  const { bounces, post } = aHook();
  const body = { message_id: '<a@b>', reason: 'later' };
  expect((await post({ ...body, final: false })).status).toBe(200);
  await post(body, { secret: new Secret('another-secret-0123456789-0123456789') });
  await post(body, { at: new Date(NOON.getTime() - 3_600_000) });
  await post({ message_id: '', reason: '' });
  expect(bounces).toEqual([]);
});
