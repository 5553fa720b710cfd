import { describe, expect, test, vi } from 'vitest';
import { aBot, aClient, aManifest, aWorkspace, codeOf } from './support.ts';

const SCOPES = [
  'channels:manage',
  'channels:read',
  'channels:history',
  'groups:read',
  'chat:write',
  'bookmarks:write',
  'pins:write',
  'pins:read',
  'users:read',
];

async function aManagingApp() {
  const manifest = aManifest({ scopes: [...SCOPES, 'commands'], events: [] });
  const workspace = await aWorkspace({ manifest });
  const client = aClient(workspace);
  const make = async (name = 'inc-1') => (await client.conversations.create({ name })).channel?.id ?? '';
  return { workspace, client, make, alice: workspace.person('U0ALICE') };
}

describe('a channel that the app makes', () => {
  test('has a name, a topic, a purpose and the people who were invited', async () => {
    const { client, make, alice } = await aManagingApp();
    const channel = await make();
    await client.conversations.invite({ channel, users: 'U0ALICE,U0BOB' });
    await client.conversations.setTopic({ channel, topic: 'SEV1: payments-prod' });
    await client.conversations.setPurpose({ channel, purpose: 'Replace the key' });
    await client.conversations.rename({ channel, name: 'inc-1-payments' });
    expect((await client.conversations.info({ channel })).channel).toMatchObject({
      name: 'inc-1-payments',
      topic: { value: 'SEV1: payments-prod' },
      purpose: { value: 'Replace the key' },
    });
    expect((await client.conversations.members({ channel })).members).toContain('U0BOB');
    await client.conversations.kick({ channel, user: 'U0BOB' });
    expect((await client.conversations.members({ channel })).members).not.toContain('U0BOB');
    expect(await alice.say(channel, 'here')).toEqual({ ok: true });
  });

  test.each([
    ['', 'invalid_name_required'],
    ['a'.repeat(81), 'invalid_name_maxlength'],
    ['--', 'invalid_name_punctuation'],
    ['Inc 1', 'invalid_name_specials'],
    ['ops', 'name_taken'],
  ])('%j is refused with %s', async (name, error) => {
    const { client } = await aManagingApp();
    expect(await codeOf(client.conversations.create({ name }))).toBe(error);
  });

  test('takes everybody or nobody, unless it is forced', async () => {
    const { workspace, client, make } = await aManagingApp();
    const channel = await make();
    workspace.deactivate('U0BOB');
    expect(await codeOf(client.conversations.invite({ channel, users: 'U0ALICE,U0BOB' }))).toBe('cant_invite');
    expect((await client.conversations.members({ channel })).members).not.toContain('U0ALICE');
    await client.conversations.invite({ channel, users: 'U0ALICE,U0BOB', force: true });
    expect((await client.conversations.members({ channel })).members).toContain('U0ALICE');
    expect(await codeOf(client.conversations.invite({ channel, users: 'U0ALICE' }))).toBe('already_in_channel');
    expect(await codeOf(client.conversations.invite({ channel, users: workspace.botUserId }))).toBe('cant_invite_self');
  });

  test('cannot be changed or written to once it is archived', async () => {
    const { client, make } = await aManagingApp();
    const channel = await make();
    const { ts = '' } = await client.chat.postMessage({ channel, text: 'declared' });
    await client.conversations.archive({ channel });
    expect(await codeOf(client.conversations.archive({ channel }))).toBe('already_archived');
    expect(await codeOf(client.chat.postMessage({ channel, text: 'x' }))).toBe('is_archived');
    expect(await codeOf(client.chat.update({ channel, ts, text: 'x' }))).toBe('is_inactive');
    expect(await codeOf(client.conversations.setTopic({ channel, topic: 'x' }))).toBe('is_archived');
    expect((await client.conversations.info({ channel })).channel?.is_archived).toBe(true);
    const open = await client.conversations.list({ exclude_archived: true });
    expect(open.channels?.map((each) => each.id)).not.toContain(channel);
  });

  test('may be renamed by the app that made it only, and topics have a length', async () => {
    const { client } = await aManagingApp();
    expect(await codeOf(client.conversations.rename({ channel: 'C0OPS', name: 'mine' }))).toBe('not_authorized');
    expect(await codeOf(client.conversations.setTopic({ channel: 'C0OPS', topic: 'x'.repeat(251) }))).toBe('too_long');
  });
});

describe('bookmarks and pins', () => {
  test('are added, changed, listed and taken away', async () => {
    const { client } = await aManagingApp();
    const link = { channel_id: 'C0OPS', type: 'link' as const, title: 'Runbook', link: 'https://example.com/r' };
    const { bookmark } = await client.bookmarks.add(link);
    const bookmark_id = bookmark?.id ?? '';
    await client.bookmarks.edit({ channel_id: 'C0OPS', bookmark_id, title: 'The runbook' });
    const { bookmarks } = await client.bookmarks.list({ channel_id: 'C0OPS' });
    expect(bookmarks).toMatchObject([{ title: 'The runbook', link: 'https://example.com/r' }]);
    await client.bookmarks.remove({ channel_id: 'C0OPS', bookmark_id });
    expect((await client.bookmarks.list({ channel_id: 'C0OPS' })).bookmarks).toEqual([]);
    expect(await codeOf(client.bookmarks.remove({ channel_id: 'C0OPS', bookmark_id }))).toBe('not_found');
    expect(await codeOf(client.bookmarks.add({ ...link, link: 'javascript:alert(1)' }))).toBe('invalid_link');
    expect(await codeOf(client.bookmarks.add({ ...link, channel_id: 'C0ALONE' }))).toBe('permission_denied');
  });

  test('a message is pinned once', async () => {
    const { client } = await aManagingApp();
    const { ts = '' } = await client.chat.postMessage({ channel: 'C0OPS', text: 'look here' });
    await client.pins.add({ channel: 'C0OPS', timestamp: ts });
    expect(await codeOf(client.pins.add({ channel: 'C0OPS', timestamp: ts }))).toBe('already_pinned');
    expect((await client.pins.list({ channel: 'C0OPS' })).items).toMatchObject([{ message: { text: 'look here' } }]);
    await client.pins.remove({ channel: 'C0OPS', timestamp: ts });
    expect(await codeOf(client.pins.remove({ channel: 'C0OPS', timestamp: ts }))).toBe('no_pin');
  });

  test('want their scopes', async () => {
    const workspace = await aWorkspace();
    const client = aClient(workspace);
    const link = { channel_id: 'C0OPS', type: 'link' as const, title: 'x', link: 'https://example.com' };
    expect(await codeOf(client.bookmarks.add(link))).toBe('missing_scope');
    expect(await codeOf(client.conversations.create({ name: 'inc-1' }))).toBe('missing_scope');
    expect(await codeOf(client.pins.add({ channel: 'C0OPS', timestamp: '1.2' }))).toBe('missing_scope');
  });
});

describe('what people do to an app', () => {
  test('they remove it from a channel and invite it again', async () => {
    const { client, alice } = await aManagingApp();
    const { ts = '' } = await client.chat.postMessage({ channel: 'C0OPS', text: 'hello' });
    await alice.removeApp('C0OPS');
    expect(await codeOf(client.chat.postMessage({ channel: 'C0OPS', text: 'x' }))).toBe('not_in_channel');
    expect(await codeOf(client.chat.update({ channel: 'C0OPS', ts, text: 'x' }))).toBe('not_in_channel');
    await alice.inviteApp('C0OPS');
    await client.chat.postMessage({ channel: 'C0OPS', text: 'back' });
  });

  test('they delete its message, and it cannot be changed any more', async () => {
    const { client, alice } = await aManagingApp();
    const { ts = '' } = await client.chat.postMessage({ channel: 'C0OPS', text: 'hello' });
    const message = await alice.waitForMessage((each) => each.ts === ts);
    await alice.deleteMessage(message);
    expect(await codeOf(client.chat.update({ channel: 'C0OPS', ts, text: 'x' }))).toBe('message_not_found');
  });

  test('an account that was closed is said to be, and cannot act any more', async () => {
    const { workspace, client } = await aManagingApp();
    workspace.deactivate('U0BOB');
    expect((await client.users.info({ user: 'U0BOB' })).user?.deleted).toBe(true);
    expect(() => workspace.person('U0BOB')).toThrow('deactivated');
  });

  test('a reaction that is taken back is told like one that is given', async () => {
    const manifest = aManifest({ events: ['reaction_added', 'reaction_removed'] });
    const workspace = await aWorkspace({ manifest });
    const told: string[] = [];
    await aBot(workspace, (app) => {
      app.event('reaction_added', async ({ event }) => void told.push(`+${event.reaction}`));
      app.event('reaction_removed', async ({ event }) => void told.push(`-${event.reaction}`));
    });
    const alice = workspace.person('U0ALICE');
    await alice.say('C0OPS', 'it began at ten');
    const message = await alice.waitForMessage((each) => each.text === 'it began at ten');
    await alice.react(message, 'pushpin');
    await alice.react(message, 'pushpin');
    await vi.waitFor(() => expect(told).toEqual(['+pushpin', '-pushpin']));
  });
});
