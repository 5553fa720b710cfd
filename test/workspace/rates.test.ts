import { WebClient } from '@slack/web-api';
import { describe, expect, test } from 'vitest';
import { aClient, aClock, aWorkspace, BOT_TOKEN, callsOf, silent } from './support.ts';

const post = (url: string, body: string | URLSearchParams, headers: Record<string, string>) =>
  fetch(url, { method: 'POST', body, headers });

describe('rates', () => {
  test('after a short burst one message a second goes into a channel, and the answer says how long to wait', async () => {
    const clock = aClock();
    const workspace = await aWorkspace({ clock: clock.now });
    const say = async (channel = 'C0OPS') => {
      const headers = { authorization: `Bearer ${BOT_TOKEN}`, 'content-type': 'application/x-www-form-urlencoded' };
      const answer = await post(`${workspace.apiUrl}chat.postMessage`, `channel=${channel}&text=x`, headers);
      return [answer.status, answer.headers.get('retry-after')];
    };
    for (let sent = 0; sent < 5; sent += 1) expect(await say()).toEqual([200, null]);
    expect(await say()).toEqual([429, '1']);
    expect(await say('U0ALICE')).toEqual([200, null]);
    clock.advance(1_000);
    expect(await say()).toEqual([200, null]);
    expect(await say()).toEqual([429, '1']);
  });

  test('with tiers on, the 21st list within a minute is one too many', async () => {
    const clock = aClock();
    const workspace = await aWorkspace({ clock: clock.now, strict: { tiers: true } });
    const client = aClient(workspace);
    for (let call = 0; call < 20; call += 1) await client.users.list({});
    await expect(client.users.list({})).rejects.toMatchObject({ retryAfter: 3 });
    clock.advance(3_000);
    await client.users.list({});
  });
});

test('a client with retries waits as long as it was told and then succeeds', async () => {
  const workspace = await aWorkspace();
  workspace.faults.rateLimitNext(1, 1, 'chat.postMessage');
  const patient = new WebClient(BOT_TOKEN, {
    slackApiUrl: workspace.apiUrl,
    retryConfig: { retries: 1, minTimeout: 1 },
    logger: silent,
  });
  await patient.chat.postMessage({ channel: 'C0OPS', text: 'at last' });
  expect(callsOf(workspace).map((entry) => entry.result)).toEqual([
    expect.objectContaining({ status: 429 }),
    expect.objectContaining({ ok: true }),
  ]);
});
