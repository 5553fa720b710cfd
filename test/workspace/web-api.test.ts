import { WebClient } from '@slack/web-api';
import { describe, expect, test } from 'vitest';
import {
  APP_TOKEN,
  aClient,
  aClock,
  aManifest,
  aWorkspace,
  BOT_TOKEN,
  callsOf,
  codeOf,
  dataOf,
  silent,
} from './support.ts';

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

describe('messages', () => {
  test('are posted with metadata, edited, threaded and read back', async () => {
    const workspace = await aWorkspace();
    const client = aClient(workspace);
    const metadata = { event_type: 'run_posted', event_payload: { run: 'r1' } };
    const { ts = '' } = await client.chat.postMessage({ channel: '#ops', text: 'one', metadata });
    await client.chat.postMessage({ channel: 'C0OPS', text: 'reply', thread_ts: ts });
    await client.chat.update({ channel: 'C0OPS', ts, text: 'two' });
    const history = await client.conversations.history({ channel: 'C0OPS', include_all_metadata: true });
    expect(history.messages).toEqual([
      expect.objectContaining({
        ts,
        text: 'two',
        metadata,
        reply_count: 1,
        edited: expect.anything(),
        bot_id: 'B0LOCAL01',
      }),
    ]);
    const bare = await client.conversations.history({ channel: 'C0OPS' });
    expect(bare.messages?.[0]).not.toHaveProperty('metadata');
    const thread = await client.conversations.replies({ channel: 'C0OPS', ts });
    expect(thread.messages?.map((message) => message.text)).toEqual(['two', 'reply']);
  });

  test('an update keeps the blocks it does not mention and drops those it empties', async () => {
    const workspace = await aWorkspace();
    const client = aClient(workspace);
    const { ts = '' } = await client.chat.postMessage({ channel: 'C0OPS', text: 'a', blocks: [{ type: 'divider' }] });
    const kept = await client.chat.update({ channel: 'C0OPS', ts, text: 'b' });
    expect(kept.message?.blocks).toHaveLength(1);
    const dropped = await client.chat.update({ channel: 'C0OPS', ts, text: 'c', blocks: [] });
    expect(dropped.message?.blocks).toBeUndefined();
  });

  test('an ephemeral message is for one person, and in nobody’s history', async () => {
    const workspace = await aWorkspace();
    const client = aClient(workspace);
    await client.chat.postEphemeral({ channel: 'C0OPS', user: 'U0ALICE', text: 'only you' });
    expect(workspace.person('U0ALICE').messages('C0OPS')).toHaveLength(1);
    expect(workspace.person('U0BOB').messages('C0OPS')).toHaveLength(0);
    expect((await client.conversations.history({ channel: 'C0OPS' })).messages).toEqual([]);
  });

  test('a person’s id stands for the direct message with them', async () => {
    const workspace = await aWorkspace();
    const client = aClient(workspace);
    const opened = await client.conversations.open({ users: 'U0ALICE' });
    const { channel } = await client.chat.postMessage({ channel: 'U0ALICE', text: 'psst' });
    expect(channel).toBe(opened.channel?.id);
    const alice = workspace.person('U0ALICE');
    expect(alice.messages(alice.directMessage())[0]?.text).toBe('psst');
  });

  test.each<[string, string, (client: WebClient) => Promise<unknown>]>([
    ['channel_not_found', 'no such channel', (client) => client.chat.postMessage({ channel: 'C0NOWHERE', text: 'x' })],
    [
      'not_in_channel',
      'a channel nobody invited the app to',
      (client) => client.chat.postMessage({ channel: 'C0ALONE', text: 'x' }),
    ],
    ['no_text', 'nothing to say', (client) => client.apiCall('chat.postMessage', { channel: 'C0OPS' })],
    [
      'msg_too_long',
      'more than 40,000 characters',
      (client) => client.chat.postMessage({ channel: 'C0OPS', text: 'x'.repeat(40_001) }),
    ],
    [
      'invalid_blocks_format',
      'blocks that are no list',
      (client) => client.apiCall('chat.postMessage', { channel: 'C0OPS', text: 'x', blocks: '{"type"' }),
    ],
    [
      'cannot_reply_to_message',
      'a thread that is not there',
      (client) => client.chat.postMessage({ channel: 'C0OPS', text: 'x', thread_ts: '1.000000' }),
    ],
    [
      'message_not_found',
      'an update of nothing',
      (client) => client.chat.update({ channel: 'C0OPS', ts: '1.000000', text: 'x' }),
    ],
    ['invalid_arguments', 'no channel at all', (client) => client.apiCall('chat.postMessage', { text: 'x' })],
    [
      'missing_scope',
      'a made-up name without the scope for it',
      (client) => client.chat.postMessage({ channel: 'C0OPS', text: 'x', username: 'ceo' }),
    ],
    [
      'invalid_metadata_schema',
      'metadata without an event type',
      (client) => client.apiCall('chat.postMessage', { channel: 'C0OPS', text: 'x', metadata: '{"event_payload":{}}' }),
    ],
    ['user_not_found', 'nobody', (client) => client.users.info({ user: 'U0NOBODY' })],
    ['users_not_found', 'an unknown email', (client) => client.users.lookupByEmail({ email: 'nobody@example.com' })],
    [
      'user_not_in_channel',
      'a whisper to somebody elsewhere',
      (client) => client.chat.postEphemeral({ channel: 'C0SECRET', user: 'U0BOB', text: 'x' }),
    ],
  ])('answers %s to %s', async (code, _, call) => {
    expect(await codeOf(call(aClient(await aWorkspace())))).toBe(code);
  });

  test('other people’s messages can be neither edited nor deleted', async () => {
    const workspace = await aWorkspace();
    const client = aClient(workspace);
    await workspace.person('U0ALICE').say('C0OPS', 'mine');
    const { ts = '' } = workspace.person('U0ALICE').messages('C0OPS')[0] ?? {};
    expect(await codeOf(client.chat.update({ channel: 'C0OPS', ts, text: 'x' }))).toBe('cant_update_message');
    expect(await codeOf(client.chat.delete({ channel: 'C0OPS', ts }))).toBe('cant_delete_message');
  });

  test('refused blocks are explained with JSON pointers, as in Slack', async () => {
    const workspace = await aWorkspace();
    const blocks = [{ type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } }];
    const sentence = 'must be less than 151 characters [json-pointer:/blocks/0/text/text]';
    expect(await dataOf(aClient(workspace).apiCall('chat.postMessage', { channel: 'C0OPS', blocks }))).toMatchObject({
      error: 'invalid_blocks',
      errors: [sentence],
      response_metadata: { messages: [`[ERROR] ${sentence}`] },
    });
    const long = Array.from({ length: 5 }, () => ({
      type: 'section',
      text: { type: 'mrkdwn', text: 'x'.repeat(2_900) },
    }));
    expect(await codeOf(aClient(workspace).apiCall('chat.postMessage', { channel: 'C0OPS', blocks: long }))).toBe(
      'msg_blocks_too_long',
    );
  });

  test('reactions are added once and told apart', async () => {
    const workspace = await aWorkspace();
    const client = aClient(workspace);
    const { ts = '' } = await client.chat.postMessage({ channel: 'C0OPS', text: 'x' });
    const reaction = { channel: 'C0OPS', timestamp: ts, name: 'eyes' };
    await client.reactions.add(reaction);
    expect(await codeOf(client.reactions.add(reaction))).toBe('already_reacted');
    await client.reactions.remove(reaction);
    expect(await codeOf(client.reactions.remove(reaction))).toBe('no_reaction');
    expect(await codeOf(client.reactions.add({ ...reaction, name: 'not a name' }))).toBe('invalid_name');
  });
});

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
