import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { App, HTTPReceiver } from '@slack/bolt';
import { SlackApp } from 'slack-edge';
import { describe, expect, test, vi } from 'vitest';
import { startWorkspace } from '../../src/workspace/start.ts';
import type { Workspace, WorkspaceOptions } from '../../src/workspace/workspace.ts';
import { afterwards, aManifest, aWorkspace, BOT_TOKEN, options, silent } from './support.ts';

const SECRET = 'the-signing-secret';

interface Received {
  headers: IncomingMessage['headers'];
  body: string;
}

/** An app at the other end of the wire, as raw as can be. */
async function listening(
  onRequest: (received: Received) => { status: number; body?: string } | Promise<{ status: number; body?: string }>,
) {
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const { status, body } = await onRequest({ headers: request.headers, body: Buffer.concat(chunks).toString() });
    response.writeHead(status).end(body ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterwards(async () => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/slack/events`;
}

const overHttp = (requestUrl: string, extra: Partial<WorkspaceOptions> = {}) =>
  aWorkspace({ manifest: aManifest({ socketMode: false }), requestUrl, signingSecret: SECRET, ...extra });

/** The unmodified Bolt 5 behind its HTTP receiver. */
async function aBoltOverHttp(register: (app: App) => void, signingSecret = SECRET): Promise<Workspace> {
  const receiver = new HTTPReceiver({ signingSecret, logger: silent });
  const server = await receiver.start({ port: 0, host: '127.0.0.1' });
  const address = server.address();
  const workspace = await overHttp(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/slack/events`);
  const app = new App({
    token: BOT_TOKEN,
    receiver,
    deferInitialization: true,
    clientOptions: { slackApiUrl: workspace.apiUrl },
    logger: silent,
  });
  register(app);
  await app.init();
  afterwards(() => receiver.stop());
  return workspace;
}

describe('what an app receives', () => {
  test('carries Slack’s signature over exactly the bytes of the body', async () => {
    const all: Received[] = [];
    const url = await listening((received) => {
      all.push(received);
      return { status: 200 };
    });
    const workspace = await overHttp(url);
    await workspace.person('U0ALICE').command('C0OPS', '/rotate-key stripe & co');
    const [{ headers, body }] = all as [Received];
    const timestamp = String(headers['x-slack-request-timestamp']);
    const expected = createHmac('sha256', SECRET).update(`v0:${timestamp}:${body}`).digest('hex');
    expect(headers['x-slack-signature']).toBe(`v0=${expected}`);
    expect(Math.abs(Date.now() / 1000 - Number(timestamp))).toBeLessThan(5);
    expect(headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(Object.fromEntries(new URLSearchParams(body))).toMatchObject({
      command: '/rotate-key',
      text: 'stripe & co',
      user_id: 'U0ALICE',
      channel_id: 'C0OPS',
      team_id: workspace.teamId,
    });
  });

  test('events come as JSON, and are sent again with number and reason', async () => {
    const all: Received[] = [];
    const url = await listening((received) => {
      all.push(received);
      return { status: all.length < 3 ? 500 : 200 };
    });
    const workspace = await overHttp(url, { strict: { eventRetryMs: [0, 5, 10] } });
    await workspace.person('U0ALICE').say('C0OPS', 'hello');
    await vi.waitFor(() => expect(all).toHaveLength(3));
    expect(all.map(({ headers }) => [headers['x-slack-retry-num'], headers['x-slack-retry-reason']])).toEqual([
      [undefined, undefined],
      ['1', 'http_error'],
      ['2', 'http_error'],
    ]);
    expect(new Set(all.map(({ body }) => JSON.parse(body).event_id)).size).toBe(1);
  });

  test('an app that takes longer than it may is timed out, one that fails is told apart', async () => {
    let answer = { status: 500 };
    let slow = false;
    const url = await listening(async () => {
      if (slow) await new Promise((resolve) => setTimeout(resolve, 500));
      return answer;
    });
    const workspace = await overHttp(url, { strict: { ackMs: 150 } });
    const alice = workspace.person('U0ALICE');
    expect(await alice.command('C0OPS', '/rotate-key')).toMatchObject({ error: 'dispatch_failed' });
    answer = { status: 200 };
    slow = true;
    expect(await alice.command('C0OPS', '/rotate-key')).toMatchObject({ error: 'operation_timeout' });
  });

  test('the request URL is verified by its challenge', async () => {
    const url = await listening(({ body }) => ({ status: 200, body: JSON.parse(body).challenge }));
    expect(await (await overHttp(url)).verifyRequestUrl()).toBe(true);
    const silentUrl = await listening(() => ({ status: 200 }));
    expect(await (await overHttp(silentUrl)).verifyRequestUrl()).toBe(false);
  });

  test('half a configuration is refused', async () => {
    await expect(startWorkspace(options({ signingSecret: SECRET }))).rejects.toThrow('needs both');
  });
});

const card = [
  {
    type: 'actions' as const,
    elements: [
      {
        type: 'button' as const,
        action_id: 'approve',
        value: 't1',
        text: { type: 'plain_text' as const, text: 'Approve' },
      },
    ],
  },
];

describe('Bolt 5 over signed HTTP', () => {
  test('commands, buttons, modals and events arrive', async () => {
    const seen: string[] = [];
    const workspace = await aBoltOverHttp((app) => {
      app.command('/rotate-key', async ({ ack, client, command }) => {
        await ack('on it');
        await client.chat.postMessage({ channel: command.channel_id, text: 'card', blocks: card });
      });
      app.action('approve', async ({ ack, body, client }) => {
        await ack();
        if (body.type !== 'block_actions') return;
        const title = { type: 'plain_text' as const, text: 'Sure?' };
        await client.views.open({
          trigger_id: body.trigger_id,
          view: { type: 'modal', callback_id: 'sure', title, blocks: [] },
        });
      });
      app.view('sure', async ({ ack, body }) => {
        seen.push(`submitted by ${body.user.id}`);
        await ack();
      });
      app.event('app_mention', async ({ event }) => void seen.push(event.text));
      app.event('app_home_opened', async ({ client, event }) => {
        await client.views.publish({ user_id: event.user, view: { type: 'home', blocks: [{ type: 'divider' }] } });
      });
    });
    expect(await workspace.verifyRequestUrl()).toBe(true);
    const alice = workspace.person('U0ALICE');
    await alice.command('C0OPS', '/rotate-key stripe');
    await alice.waitForMessage((message) => message.text === 'on it');
    const shown = await alice.waitForMessage((message) => message.text === 'card');
    await alice.click(shown, 'approve');
    expect(await alice.submit(await alice.waitForView((view) => view.title === 'Sure?'))).toEqual({ ok: true });
    await alice.say('C0OPS', 'thanks @rekey');
    await vi.waitFor(() => expect(seen).toEqual(['submitted by U0ALICE', 'thanks <@U0LOCALBOT>']));
    expect((await alice.openHome()).blocks).toHaveLength(1);
  });

  test('an app with another secret handles nothing', async () => {
    let handled = 0;
    const workspace = await aBoltOverHttp((app) => {
      app.command('/rotate-key', async ({ ack }) => {
        handled += 1;
        await ack();
      });
    }, 'another-secret');
    expect(await workspace.person('U0ALICE').command('C0OPS', '/rotate-key')).toMatchObject({
      error: 'dispatch_failed',
    });
    expect(handled).toBe(0);
  });
});

describe('slack-edge over signed HTTP', () => {
  async function anEdgeApp(signingSecret: string) {
    const handled: string[] = [];
    const pending: Promise<unknown>[] = [];
    const context = {
      waitUntil: (work: Promise<unknown>) => void pending.push(work),
      passThroughOnException: () => undefined,
      props: {},
    };
    const app = new SlackApp({
      env: { SLACK_SIGNING_SECRET: signingSecret, SLACK_BOT_TOKEN: BOT_TOKEN, SLACK_LOGGING_LEVEL: 'ERROR' },
      // Its own one asks slack.com who the token belongs to.
      authorize: async () => ({
        botToken: BOT_TOKEN,
        botId: 'B0LOCAL01',
        botUserId: 'U0LOCALBOT',
        teamId: 'T0LOCAL01',
        botScopes: [],
        userScopes: [],
      }),
    });
    app.command(
      '/rotate-key',
      async ({ payload }) => {
        handled.push(payload.text);
        return `rotating ${payload.text}`;
      },
      async ({ context: { respond } }) => void (await respond({ response_type: 'in_channel', text: 'rotated' })),
    );
    const url = await listening(async ({ headers, body }) => {
      const request = new Request('http://127.0.0.1/slack/events', {
        method: 'POST',
        headers: headers as Record<string, string>,
        body,
      });
      const response = await app.run(request, context);
      return { status: response.status, body: await response.text() };
    });
    return { url, handled };
  }

  test('takes our signature, our command and our response_url', async () => {
    const { url } = await anEdgeApp(SECRET);
    const workspace = await overHttp(url);
    const alice = workspace.person('U0ALICE');
    expect(await alice.command('C0OPS', '/rotate-key stripe')).toEqual({ ok: true });
    await alice.waitForMessage((message) => message.text === 'rotating stripe');
    await workspace.person('U0BOB').waitForMessage((message) => message.text === 'rotated');
  });

  test('refuses a wrong secret', async () => {
    const { url, handled } = await anEdgeApp('another-secret');
    const workspace = await overHttp(url);
    expect(await workspace.person('U0ALICE').command('C0OPS', '/rotate-key stripe')).toMatchObject({ ok: false });
    expect(handled).toEqual([]);
  });
});
