import type { WebClient } from '@slack/web-api';
import { describe, expect, test } from 'vitest';
import { aClient, aWorkspace, codeOf, dataOf } from './support.ts';

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
