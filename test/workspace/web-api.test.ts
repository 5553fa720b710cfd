import { describe, expect, test } from 'vitest';
import { APP_TOKEN, aClient, aManifest, aWorkspace, BOT_TOKEN, callsOf, codeOf, dataOf } from './support.ts';

const post = (url: string, body: string | URLSearchParams, headers: Record<string, string>) =>
  fetch(url, { method: 'POST', body, headers });

describe('who may call', () => {
  test('nobody without a token, with a wrong one, or with one of the other kind', async () => {
    const workspace = await aWorkspace();
    const bare = await post(`${workspace.apiUrl}auth.test`, '', {});
    expect(await bare.json()).toMatchObject({ ok: false, error: 'not_authed' });
    expect(await codeOf(aClient(workspace, 'xoxb-wrong').auth.test())).toBe('invalid_auth');
    expect(await codeOf(aClient(workspace, APP_TOKEN).auth.test())).toBe('not_allowed_token_type');
    expect(await codeOf(aClient(workspace, BOT_TOKEN).apps.connections.open({}))).toBe('not_allowed_token_type');
    expect(await aClient(workspace).auth.test()).toMatchObject({
      user_id: workspace.botUserId,
      team_id: workspace.teamId,
    });
  });

  test('only with a scope the manifest asks for, and the answer names both sides', async () => {
    const workspace = await aWorkspace({ manifest: aManifest({ scopes: ['commands', 'chat:write'], events: [] }) });
    const answer = await dataOf(aClient(workspace).users.info({ user: 'U0ALICE' }));
    expect(answer).toMatchObject({ error: 'missing_scope', needed: 'users:read', provided: 'commands,chat:write' });
    expect(await dataOf(aClient(workspace).conversations.history({ channel: 'C0OPS' }))).toMatchObject({
      error: 'missing_scope',
      needed: 'channels:history',
    });
  });

  test('a method Slack does not have is unknown', async () => {
    const workspace = await aWorkspace();
    expect(await codeOf(aClient(workspace).apiCall('chat.telepathy'))).toBe('unknown_method');
  });
});

describe('how arguments come', () => {
  test.each([
    [
      'a form',
      (text: string) => new URLSearchParams({ channel: 'C0OPS', text }).toString(),
      'application/x-www-form-urlencoded',
    ],
    [
      'a form with a charset',
      (text: string) => `channel=C0OPS&text=${text}`,
      'application/x-www-form-urlencoded; charset=utf-8',
    ],
    ['JSON', (text: string) => JSON.stringify({ channel: 'C0OPS', text }), 'application/json; charset=utf-8'],
  ])('%s is understood', async (_, body, type) => {
    const workspace = await aWorkspace();
    const headers = { 'content-type': type, authorization: `Bearer ${BOT_TOKEN}` };
    const answer = await post(`${workspace.apiUrl}chat.postMessage`, body('hello'), headers);
    expect(await answer.json()).toMatchObject({ ok: true, channel: 'C0OPS', message: { text: 'hello' } });
  });

  test('the token may be in the form, and is never on the wire log', async () => {
    const workspace = await aWorkspace();
    const body = new URLSearchParams({ token: BOT_TOKEN, channel: 'C0OPS', text: 'hello' });
    const answer = await post(`${workspace.apiUrl}chat.postMessage`, body, {});
    expect(await answer.json()).toMatchObject({ ok: true });
    await aClient(workspace).auth.test();
    expect(callsOf(workspace).map((entry) => entry.name)).toEqual(['chat.postMessage', 'auth.test']);
    expect(JSON.stringify(workspace.wire.list())).not.toContain(BOT_TOKEN);
  });

  test('a body that is no JSON, or of another type, is refused', async () => {
    const workspace = await aWorkspace();
    const call = async (body: string, type: string) =>
      (await post(`${workspace.apiUrl}api.test`, body, { 'content-type': type })).json();
    expect(await call('{"a":', 'application/json')).toMatchObject({ error: 'invalid_json' });
    expect(await call('<a/>', 'text/xml')).toMatchObject({ error: 'invalid_post_type' });
  });
});

describe('people, channels and files', () => {
  test('guests, strangers and deactivated people are told apart', async () => {
    const person = (id: string, standing: 'guest' | 'stranger' | 'deactivated') => ({
      id,
      name: id.toLowerCase(),
      realName: id,
      email: `${id}@example.com`,
      standing,
      ...(standing === 'stranger' && { teamId: 'T0OTHER' }),
    });
    const people = [person('U1', 'guest'), person('U2', 'stranger'), person('U3', 'deactivated')];
    const workspace = await aWorkspace({ people });
    const { members = [] } = await aClient(workspace).users.list({});
    expect(
      members.map((each) => [each.is_restricted, 'is_stranger' in each, each.deleted, each.team_id, each.is_bot]),
    ).toEqual([
      [true, false, false, 'T0LOCAL01', false],
      [false, true, false, 'T0OTHER', false],
      [false, false, true, 'T0LOCAL01', false],
      [false, false, false, 'T0LOCAL01', true],
    ]);
    expect(() => workspace.person('U3')).toThrow('deactivated');
  });

  test('emails are shown only with the scope for them', async () => {
    const scopes = ['commands', 'users:read'];
    const workspace = await aWorkspace({ manifest: aManifest({ scopes, events: [] }) });
    expect((await aClient(workspace).users.info({ user: 'U0ALICE' })).user?.profile).not.toHaveProperty('email');
  });

  test('lists come in pages', async () => {
    const workspace = await aWorkspace();
    const first = await aClient(workspace).users.list({ limit: 2 });
    const cursor = first.response_metadata?.next_cursor ?? '';
    const second = await aClient(workspace).users.list({ limit: 2, cursor });
    expect([...(first.members ?? []), ...(second.members ?? [])].map((each) => each.id)).toEqual([
      'U0ALICE',
      'U0BOB',
      'U0LOCALBOT',
    ]);
    expect(second.response_metadata?.next_cursor).toBe('');
  });

  test('channels are listed and described with their members', async () => {
    const client = aClient(await aWorkspace());
    const { channels = [] } = await client.conversations.list({ types: 'public_channel,private_channel' });
    expect(channels.map((each) => [each.id, each.is_private, each.is_member])).toEqual([
      ['C0OPS', false, true],
      ['C0ALONE', false, false],
      ['C0SECRET', true, true],
    ]);
    expect((await client.conversations.members({ channel: 'C0OPS' })).members).toEqual([
      'U0ALICE',
      'U0BOB',
      'U0LOCALBOT',
    ]);
  });

  test('a file uploaded by Slack’s own client is shared with its title and alt text', async () => {
    const workspace = await aWorkspace();
    const file = Buffer.from('a picture');
    const upload = {
      channel_id: 'C0OPS',
      file,
      filename: 'chart.png',
      title: 'Expiries',
      alt_text: 'Bars',
      initial_comment: 'See',
    };
    await aClient(workspace).filesUploadV2(upload);
    const message = workspace.person('U0BOB').messages('C0OPS')[0];
    expect(message).toMatchObject({ text: 'See', files: [expect.stringMatching(/^F/)] });
    const page = new URL(workspace.pageUrl);
    const served = await fetch(`${workspace.url}/page/files/${message?.files[0]}${page.search}`);
    expect([served.headers.get('content-type'), await served.text()]).toEqual(['image/png', 'a picture']);
  });

  test('blocks.validate reports every problem and takes exactly one subject', async () => {
    const client = aClient(await aWorkspace());
    const wrong = [{ type: 'section', text: { type: 'invalid', text: 'x' } }];
    expect(await dataOf(client.apiCall('blocks.validate', { blocks: wrong }))).toMatchObject({
      error: 'invalid_blocks',
      errors: [
        {
          pointer: '/0/text/type',
          code: 'failed_constraint',
          message: 'unsupported type: invalid',
          constraint: { type: 'enum', expected: ['plain_text', 'mrkdwn'] },
        },
      ],
    });
    expect(await client.apiCall('blocks.validate', { blocks: [{ type: 'divider' }] })).toMatchObject({ ok: true });
    expect(await codeOf(client.apiCall('blocks.validate', {}))).toBe('invalid_arguments');
    expect(await codeOf(client.apiCall('blocks.validate', { view: { type: 'modal' } }))).toBe('invalid_view');
  });
});
