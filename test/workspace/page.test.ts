import { createServer, request } from 'node:http';
import { describe, expect, test, vi } from 'vitest';
import type { PageBootstrap, PageEvent } from '../../src/workspace/page/page-api.ts';
import { serveAsset } from '../../src/workspace/page/serve-assets.ts';
import type { Workspace } from '../../src/workspace/workspace.ts';
import { aBot, aClient, afterwards, aWorkspace } from './support.ts';

const tokenOf = (workspace: Workspace) => new URL(workspace.pageUrl).searchParams.get('token') ?? '';

async function act(workspace: Workspace, action: string, body: object): Promise<Record<string, unknown>> {
  const headers = { 'content-type': 'application/json', 'x-page-token': tokenOf(workspace) };
  const answer = await fetch(`${workspace.url}/page/${action}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  return (await answer.json()) as Record<string, unknown>;
}

async function bootstrap(workspace: Workspace): Promise<PageBootstrap> {
  const answer = await fetch(`${workspace.url}/page/bootstrap`, { headers: { 'x-page-token': tokenOf(workspace) } });
  return (await answer.json()) as PageBootstrap;
}

/** What an open page is told, as it comes. */
async function listen(workspace: Workspace): Promise<PageEvent[]> {
  const events: PageEvent[] = [];
  const abort = new AbortController();
  const stream = await fetch(`${workspace.url}/page/events?token=${tokenOf(workspace)}`, { signal: abort.signal });
  afterwards(async () => abort.abort());
  const read = async () => {
    let text = '';
    for await (const chunk of stream.body ?? []) {
      text += Buffer.from(chunk).toString();
      const frames = text.split('\n\n');
      text = frames.pop() ?? '';
      for (const frame of frames) if (frame.startsWith('data: ')) events.push(JSON.parse(frame.slice(6)));
    }
  };
  read().catch(() => undefined);
  return events;
}

/** `fetch` sets Host itself, so a forged one needs the bare client. */
function statusWith(workspace: Workspace, path: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(workspace.url);
    // The path as it is: a URL object would resolve its dots before the server sees them.
    request({ hostname, port, path, headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

describe('the page is closed', () => {
  test('to everybody without this run’s token', async () => {
    const workspace = await aWorkspace();
    const other = await aWorkspace();
    for (const path of ['/', '/page/bootstrap', '/page/events', '/page/files/F1']) {
      expect((await fetch(`${workspace.url}${path}`)).status, path).toBe(403);
      expect((await fetch(`${workspace.url}${path}?token=${tokenOf(other)}`)).status, path).toBe(403);
    }
    const body = JSON.stringify({ person: 'U0ALICE', channel: 'C0OPS', text: 'forged' });
    const inQuery = await fetch(`${workspace.url}/page/say?token=${tokenOf(workspace)}`, { method: 'POST', body });
    expect(inQuery.status).toBe(403);
    expect(workspace.person('U0ALICE').messages('C0OPS')).toEqual([]);
  });

  test('to other hosts, so that a rebound name reaches nothing', async () => {
    const workspace = await aWorkspace();
    const { host, port } = new URL(workspace.url);
    const path = `/page/bootstrap?token=${tokenOf(workspace)}`;
    expect(await statusWith(workspace, path, { host })).toBe(200);
    expect(await statusWith(workspace, path, { host: `localhost:${port}` })).toBe(200);
    expect(await statusWith(workspace, path, { host: `evil.example:${port}` })).toBe(403);
    expect(await statusWith(workspace, '/api/api.test', { host: `evil.example:${port}` })).toBe(403);
  });

  test('to pages of other origins, even with the token', async () => {
    const workspace = await aWorkspace();
    const path = `/page/bootstrap?token=${tokenOf(workspace)}`;
    const ask = async (headers: Record<string, string>) => (await fetch(`${workspace.url}${path}`, { headers })).status;
    expect(await ask({ origin: workspace.url })).toBe(200);
    expect(await ask({ origin: 'https://evil.example' })).toBe(403);
    expect(await ask({ origin: 'null' })).toBe(403);
    expect(await statusWith(workspace, path, { 'sec-fetch-site': 'cross-site' })).toBe(403);
  });

  test('beyond its own folder', async () => {
    const workspace = await aWorkspace();
    for (const path of [
      '/assets/../serve-page.ts',
      '/assets/..%2fserve-page.ts',
      '/assets/%2e%2e/serve-page.ts',
      '/assets/',
    ]) {
      expect(await statusWith(workspace, path, {}), path).not.toBe(200);
    }
  });

  test('beyond its own folder, whatever name gets that far', async () => {
    const server = createServer((incoming, response) => {
      const exchange = { request: incoming, response, url: new URL('http://127.0.0.1/') };
      void serveAsset(exchange, '../../../../node_modules/ws/index.js');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    afterwards(async () => void server.close());
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404);
  });

  test('and runs nothing but its own script', async () => {
    const workspace = await aWorkspace();
    const { headers } = await fetch(workspace.pageUrl);
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
  });
});

const options = ['leaked', 'planned'].map((value) => ({ text: { type: 'plain_text' as const, text: value }, value }));
const card = [
  {
    type: 'actions' as const,
    block_id: 'decide',
    elements: [
      { type: 'button' as const, action_id: 'review', text: { type: 'plain_text' as const, text: 'Review' } },
      { type: 'static_select' as const, action_id: 'why', options },
      { type: 'external_select' as const, action_id: 'key' },
    ],
  },
];

describe('people on the page', () => {
  test('see everything at the start and every change after it', async () => {
    const workspace = await aWorkspace({ panels: [{ id: 'traffic', title: 'Traffic' }] });
    await aClient(workspace).chat.postMessage({ channel: 'C0OPS', text: 'before' });
    const start = await bootstrap(workspace);
    expect(start).toMatchObject({
      app: { name: 'rekey', transport: 'socket', homeTab: true },
      connections: 0,
      people: [{ id: 'U0ALICE' }, { id: 'U0BOB' }],
      commands: [{ command: '/rotate-key', usageHint: '[key]' }, { command: '/escaped' }],
      messages: [{ text: 'before' }],
      panels: [{ id: 'traffic', title: 'Traffic', points: [] }],
    });
    const events = await listen(workspace);
    await aBot(workspace, () => undefined);
    await aClient(workspace).chat.postMessage({ channel: 'C0OPS', text: 'after' });
    workspace.publishPanel('traffic', { t: 1, accepted: 10, rejected: 0 });
    await vi.waitFor(() =>
      expect(events).toEqual(
        expect.arrayContaining([
          { type: 'connections', connections: 1 },
          { type: 'message', message: expect.objectContaining({ text: 'after' }) },
          { type: 'panel', id: 'traffic', point: { t: 1, accepted: 10, rejected: 0 } },
          { type: 'wire', entry: expect.objectContaining({ name: 'chat.postMessage', direction: 'from_app' }) },
        ]),
      ),
    );
    expect(() => workspace.publishPanel('weather', {})).toThrow('There is no panel weather; declared are: traffic');
  });

  test('post, command, press, choose, fill in, react and open Home through the same code as the tests', async () => {
    const workspace = await aWorkspace();
    const used: string[] = [];
    const title = { type: 'plain_text' as const, text: 'Why?' };
    const element = { type: 'plain_text_input' as const, action_id: 'text' };
    const app = await aBot(workspace, (bolt) => {
      bolt.command('/rotate-key', ({ ack, command }) => ack(`which key, ${command.user_name}?`));
      bolt.action('review', async ({ ack, body, client }) => {
        await ack();
        if (body.type !== 'block_actions') return;
        const blocks = [{ type: 'input' as const, block_id: 'why', label: title, element }];
        await client.views.open({
          trigger_id: body.trigger_id,
          view: { type: 'modal', callback_id: 'why', title, submit: title, blocks },
        });
      });
      bolt.action('why', async ({ ack, action }) => {
        if (action.type === 'static_select') used.push(action.selected_option.value);
        await ack();
      });
      bolt.options('key', ({ ack }) => ack({ option_groups: [{ label: title, options }] }));
      bolt.view('why', async ({ ack, view }) => {
        const reason = view.state.values.why?.text?.value;
        if (reason === 'bad') return ack({ response_action: 'errors', errors: { why: 'Say more.' } });
        used.push(String(reason));
        return ack();
      });
      bolt.event('app_home_opened', async ({ client, event }) => {
        await client.views.publish({ user_id: event.user, view: { type: 'home', blocks: [{ type: 'divider' }] } });
      });
    });
    const { ts = '' } = await app.client.chat.postMessage({ channel: 'C0OPS', text: 'card', blocks: card });
    const person = 'U0BOB';
    const on = { channel: 'C0OPS', ts };
    const ok = { ok: true };

    expect(await act(workspace, 'say', { person, channel: 'C0OPS', text: 'hello' })).toEqual(ok);
    expect(await act(workspace, 'say', { person, channel: 'C0OPS', text: '/rotate-key' })).toEqual(ok);
    expect(await act(workspace, 'react', { person, ...on, name: 'eyes' })).toEqual(ok);
    expect(await act(workspace, 'home', { person })).toEqual(ok);
    expect(await act(workspace, 'click', { person, on, blockId: 'decide', actionId: 'why', value: 'leaked' })).toEqual(
      ok,
    );
    expect(await act(workspace, 'options', { person, on, blockId: 'decide', actionId: 'key', typed: '' })).toEqual({
      options: options.map(({ value }) => ({ value, text: value, group: 'Why?' })),
    });
    expect(await act(workspace, 'click', { person, on, blockId: 'decide', actionId: 'review' })).toEqual(ok);
    const modal = await workspace.person(person).waitForView((view) => view.callbackId === 'why');
    const submit = (reason: string) =>
      act(workspace, 'submit', { person, viewId: modal.id, form: { why: { text: reason } } });
    expect(await submit('bad')).toMatchObject({ ok: false, fields: { why: 'Say more.' } });
    expect(await submit('leaked key')).toEqual(ok);

    const now = await bootstrap(workspace);
    expect(now.messages.map((message) => message.text)).toEqual(['card', 'hello', 'which key, bob?']);
    expect(now.messages[0]?.reactions).toEqual([{ name: 'eyes', people: ['U0BOB'] }]);
    expect(now.homes).toMatchObject([{ person: 'U0BOB' }]);
    expect(now.views).toEqual([]);
    expect(used).toEqual(['leaked', 'leaked key']);
  });

  test.each<[string, string, object, string]>([
    [
      'a message that is gone',
      'click',
      { person: 'U0BOB', on: { channel: 'C0OPS', ts: '1.0' }, blockId: 'b', actionId: 'a' },
      'That message is gone.',
    ],
    ['a modal that is closed', 'submit', { person: 'U0BOB', viewId: 'V0', form: {} }, 'bob has no open modal V0.'],
    ['a stranger’s id', 'say', { person: 'U0NOBODY', channel: 'C0OPS', text: 'x' }, 'Nobody here has the id U0NOBODY'],
    ['a channel they are not in', 'say', { person: 'U0BOB', channel: 'C0SECRET', text: 'x' }, 'bob is not in #secret.'],
    ['a field too many', 'home', { person: 'U0BOB', admin: true }, 'Unrecognized key: "admin"'],
  ])('are told in a sentence about %s', async (_, action, body, sentence) => {
    const answer = await act(await aWorkspace(), action, body);
    expect(answer).toMatchObject({ ok: false, shown: expect.stringContaining(sentence) });
  });
});
