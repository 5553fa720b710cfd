import type { buildConnector } from 'undici';
import { describe, expect, test } from 'vitest';
import { WebhookSpec } from '../../../src/domain/outside.ts';
import { sendDue } from '../../../src/engine/deliveries/send-due.ts';
import { guardedSend } from '../../../src/providers/outgoing.ts';
import { sendWebhook } from '../../../src/providers/send-webhook.ts';
import { NOON } from '../../support/builders.ts';
import { aConnectionsFolder } from '../../support/keys-folder.ts';
import { aWebhookReceiver } from '../../support/webhook-receiver.ts';
import { aNoticesWorld, WEBHOOK_SECRET } from './notices-world.ts';

const MINUTE = 60_000;
const SIGNED = { id: 'dlv-1', body: '{"id":"dlv-1"}' };

/** A signed call to a receiver on this machine, within a second. */
async function aCall() {
  const receiver = await aWebhookReceiver();
  const keysDir = aConnectionsFolder({ partner: WEBHOOK_SECRET });
  const spec = { url: `http://127.0.0.1:${receiver.port}/rekey`, secret_file: 'partner', timeout_seconds: 1 };
  const allow = [`127.0.0.1:${receiver.port}`];
  const call = () => sendWebhook(WebhookSpec.parse(spec), SIGNED, { keysDir, allow, now: () => NOON });
  return { receiver, call };
}

describe('a webhook', () => {
  test('that took the whole call and never answered is called again under the same id', async () => {
    const { receiver, call } = await aCall();
    receiver.answers.push('silent');
    expect(await call()).toMatchObject({ kind: 'later', why: expect.stringContaining('no answer within 1000 ms') });
    expect(await call()).toMatchObject({ kind: 'taken' });
    expect(receiver.received.map(({ headers, body }) => [headers['idempotency-key'], body])).toEqual([
      ['dlv-1', SIGNED.body],
      ['dlv-1', SIGNED.body],
    ]);
  });

  test.each<[string, Record<string, string>, number]>([
    ['in seconds', { 'retry-after': '600' }, 600_000],
    ['as an instant', { 'retry-after': new Date(NOON.getTime() + 90_000).toUTCString() }, 90_000],
  ])('that says 429 is left alone for as long as it says: %s', async (_how, headers, retryAfterMs) => {
    const { receiver, call } = await aCall();
    receiver.answers.push({ status: 429, headers });
    expect(await call()).toMatchObject({ kind: 'later', retryAfterMs });
  });

  test.each([408, 500, 502, 503])('that says %i is called again later', async (status) => {
    const { receiver, call } = await aCall();
    receiver.answers.push(status);
    expect(await call()).toMatchObject({ kind: 'later', retryAfterMs: null });
  });

  test.each([400, 401, 404, 410])('that says %i will not have it', async (status) => {
    const { receiver, call } = await aCall();
    receiver.answers.push(status);
    expect(await call()).toMatchObject({ kind: 'refused', why: expect.stringContaining(String(status)) });
  });

  test.each([301, 302, 307, 308])('that leads elsewhere by %i is not followed', async (status) => {
    const { receiver, call } = await aCall();
    const elsewhere = await aWebhookReceiver();
    const headers = { location: `http://127.0.0.1:${elsewhere.port}/latest/meta-data` };
    receiver.answers.push({ status, headers });
    expect(await call()).toMatchObject({ kind: 'refused' });
    expect([receiver.received.length, elsewhere.connections()]).toEqual([1, 0]);
  });

  test('with a pause of ten minutes is not called in the ninth', async () => {
    const { receiver, sender, approve, world, states } = await aNoticesWorld();
    receiver.answers.push({ status: 429, headers: { 'retry-after': '600' } });
    await approve();
    await sendDue(sender);
    world.pass(9 * MINUTE);
    await sendDue(sender);
    expect(receiver.received).toHaveLength(1);
    world.pass(2 * MINUTE);
    await sendDue(sender);
    expect(receiver.received).toHaveLength(2);
    expect(await states()).toMatchObject({ webhook: 'sent' });
  });
});

describe('nothing is connected to', () => {
  /** Keeps where the guard would have connected to; nothing is. */
  function aGuard(resolve: (host: string) => Promise<string[]>) {
    const connections: string[] = [];
    const connect: buildConnector.connector = ({ hostname }, callback) => {
      connections.push(hostname);
      callback(new Error('nobody is connected in this test'), null);
    };
    return { send: guardedSend({ resolve, connect }), connections };
  }

  const HOOK = 'https://hooks.partner.example/rekey';
  const to = async (url: string, allow: string[], resolve: (host: string) => Promise<string[]>) => {
    const keysDir = aConnectionsFolder({ partner: WEBHOOK_SECRET });
    const { send, connections } = aGuard(resolve);
    const spec = { ...WebhookSpec.parse({ url: HOOK, secret_file: 'partner', timeout_seconds: 1 }), url };
    const attempt = await sendWebhook(spec, SIGNED, { keysDir, allow, now: () => NOON, send });
    return { attempt, connections };
  };

  test.each([
    ['169.254.169.254'],
    ['::ffff:169.254.169.254'],
    ['fd00:ec2::254'],
    ['127.0.0.1'],
    ['::1'],
    ['10.0.0.7'],
    ['100.100.100.200'],
    ['0.0.0.0'],
  ])('when the name of the partner leads to %s', async (address) => {
    const { attempt, connections } = await to(HOOK, ['hooks.partner.example'], async () => [address]);
    expect(attempt).toMatchObject({ kind: 'later', why: expect.stringContaining(address) });
    expect(connections).toEqual([]);
  });

  test('when one of several addresses leads inside', async () => {
    const addresses = ['93.184.216.34', '169.254.169.254'];
    const { attempt, connections } = await to(HOOK, ['hooks.partner.example'], async () => addresses);
    expect(attempt).toMatchObject({ kind: 'later' });
    expect(connections).toEqual([]);
  });

  test('when a name that led outside leads inside at the next look', async () => {
    const answers = [['93.184.216.34'], ['127.0.0.1'], ['169.254.169.254']];
    const flipping = async () => answers.shift() ?? [];
    const allow = ['hooks.partner.example'];
    // One look for one call, and what was looked at is what is connected to: the name cannot answer otherwise in between.
    expect((await to(HOOK, allow, flipping)).connections).toEqual(['93.184.216.34']);
    for (const address of ['127.0.0.1', '169.254.169.254']) {
      const { attempt, connections } = await to(HOOK, allow, flipping);
      expect(attempt).toMatchObject({ kind: 'later', why: expect.stringContaining(address) });
      expect(connections).toEqual([]);
    }
  });

  test.each([
    ['a host that the operator has not listed', HOOK, []],
    ['another port of a host that is listed', 'https://hooks.partner.example:8443/', ['hooks.partner.example']],
    ['an address in another spelling', 'http://2852039166/', ['169.254.169.253']],
    ['a URL with a user in it', 'https://hooks.partner.example@evil.example/', ['hooks.partner.example']],
  ])('%s', async (_what, url, allow) => {
    const { attempt, connections } = await to(url, allow, async () => ['93.184.216.34']);
    expect(attempt).toMatchObject({ kind: 'later' });
    expect(connections).toEqual([]);
  });
});
