import { createServer } from 'node:net';
import { WebClient } from '@slack/web-api';
import { createEmulator, type Emulator } from 'emulate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startWorkspace } from '../../src/workspace/start.ts';
import type { Workspace } from '../../src/workspace/workspace.ts';
import { BOT_TOKEN, dataOf, options, silent } from './support.ts';

/**
 * The same calls against `emulate`, which others wrote, and against our workspace: two independent readings of Slack's Web API.
 * Whatever `emulate` answers must be in our answer too, under the same name and with the same type.
 */
interface Side {
  client: WebClient;
  channel: string;
  person: string;
  trigger(): Promise<string>;
}

let emulator: Emulator;
let workspace: Workspace;
let theirs: Side;
let ours: Side;

beforeAll(async () => {
  const user = { name: 'alice', real_name: 'Alice Adams', email: 'alice@example.com' };
  emulator = await createEmulator({
    service: 'slack',
    port: await freePort(),
    seed: {
      tokens: { [BOT_TOKEN]: { login: 'alice' } },
      slack: { users: [user], channels: [{ name: 'ops', topic: 'Operations' }] },
    },
  });
  const their = clientOf(`${emulator.url}/api/`);
  const { channels = [] } = await their.conversations.list({});
  theirs = {
    client: their,
    channel: channels.find((each) => each.name === 'ops')?.id ?? '',
    person: (await their.users.lookupByEmail({ email: 'alice@example.com' })).user?.id ?? '',
    trigger: async () => textIn(await their.apiCall('views.generateTriggerId', {}), 'trigger_id'),
  };
  await their.conversations.join({ channel: theirs.channel });

  workspace = await startWorkspace(options({ strict: { ackMs: 50, postBurst: 100 } }));
  const our = clientOf(workspace.apiUrl);
  ours = { client: our, channel: 'C0OPS', person: 'U0ALICE', trigger: () => triggerOf(workspace) };
});

afterAll(async () => {
  await emulator.close();
  await workspace.stop();
});

const clientOf = (slackApiUrl: string) =>
  new WebClient(BOT_TOKEN, { slackApiUrl, retryConfig: { retries: 0 }, logger: silent });

const textIn = (answer: object, field: string) => String(Object.entries(answer).find(([name]) => name === field)?.[1]);

/** A command nobody answers still hands out its trigger. */
async function triggerOf(place: Workspace): Promise<string> {
  await place.person('U0ALICE').command('C0OPS', '/rotate-key');
  const payload = place.wire.list().at(-1)?.body as { trigger_id: string };
  return payload.trigger_id;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

/** `message.blocks[].type: string` for everything in an answer. */
function shapeOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.slice(0, 1).flatMap((each) => shapeOf(each, `${path}[]`));
  if (typeof value !== 'object' || value === null) return [`${path}: ${value === null ? 'null' : typeof value}`];
  return Object.entries(value).flatMap(([name, each]) => shapeOf(each, path ? `${path}.${name}` : name));
}

/** Where Slack's own reference sides with us, or where `emulate` posts as a person and we post as the app. */
const KNOWN = [
  /^response_metadata\.(scopes|acceptedScopes)/,
  // The person's profile: pictures, status and titles nobody needs here.
  /profile\.(image_|status_|title|phone|skype|first_name|last_name|avatar|fields|always_active|huddle|pronouns|start_date)/,
  /^(user|members\[\])\.(presence|updated|has_2fa|locale|who_can_share_contact_card)/,
  // Slack says is_open of direct messages only, and gives Home the title of its own example.
  /^channel\.is_open/,
  /^view\.title: null/,
  /\.(client_msg_id|source_team|user_team)/,
];

const blocks = [
  { type: 'section' as const, text: { type: 'mrkdwn' as const, text: '*Rotate* stripe-prod?' } },
  {
    type: 'actions' as const,
    block_id: 'decide',
    elements: [
      {
        type: 'button' as const,
        action_id: 'approve',
        text: { type: 'plain_text' as const, text: 'Approve' },
        value: 't1',
      },
    ],
  },
];
const metadata = { event_type: 'run_posted', event_payload: { run: 'r1' } };
const view = {
  type: 'modal' as const,
  callback_id: 'why',
  title: { type: 'plain_text' as const, text: 'Why?' },
  blocks: [{ type: 'divider' as const }],
};

const posted = async ({ client, channel }: Side) =>
  (await client.chat.postMessage({ channel, text: 'first', metadata })).ts ?? '';

const CALLS: [string, (side: Side) => Promise<unknown>][] = [
  ['auth.test', ({ client }) => client.auth.test()],
  ['chat.postMessage', ({ client, channel }) => client.chat.postMessage({ channel, text: 'x', blocks, metadata })],
  [
    'chat.postMessage in a thread',
    async (side) => side.client.chat.postMessage({ channel: side.channel, text: 'x', thread_ts: await posted(side) }),
  ],
  [
    'chat.update',
    async (side) => side.client.chat.update({ channel: side.channel, ts: await posted(side), text: 'changed', blocks }),
  ],
  [
    'chat.postEphemeral',
    ({ client, channel, person }) => client.chat.postEphemeral({ channel, user: person, text: 'x' }),
  ],
  ['chat.delete', async (side) => side.client.chat.delete({ channel: side.channel, ts: await posted(side) })],
  [
    'chat.getPermalink',
    async (side) => side.client.chat.getPermalink({ channel: side.channel, message_ts: await posted(side) }),
  ],
  [
    'reactions.add',
    async (side) => side.client.reactions.add({ channel: side.channel, timestamp: await posted(side), name: 'eyes' }),
  ],
  [
    'conversations.history with metadata',
    async (side) => {
      await posted(side);
      return side.client.conversations.history({ channel: side.channel, limit: 1, include_all_metadata: true });
    },
  ],
  [
    'conversations.replies',
    async (side) => {
      const ts = await posted(side);
      await side.client.chat.postMessage({ channel: side.channel, text: 'reply', thread_ts: ts });
      return side.client.conversations.replies({ channel: side.channel, ts, include_all_metadata: true });
    },
  ],
  ['conversations.info', ({ client, channel }) => client.conversations.info({ channel })],
  ['conversations.members', ({ client, channel }) => client.conversations.members({ channel })],
  ['users.info', ({ client, person }) => client.users.info({ user: person })],
  ['users.lookupByEmail', ({ client }) => client.users.lookupByEmail({ email: 'alice@example.com' })],
  ['views.open', async (side) => side.client.views.open({ trigger_id: await side.trigger(), view })],
  ['views.publish', ({ client, person }) => client.views.publish({ user_id: person, view: { type: 'home', blocks } })],
  ['files.getUploadURLExternal', ({ client }) => client.files.getUploadURLExternal({ filename: 'a.txt', length: 3 })],
];

describe('answers', () => {
  test.each(CALLS)('%s has everything the other one answers', async (_, call) => {
    const expected = shapeOf(await call(theirs)).filter((line) => !KNOWN.some((known) => known.test(line)));
    expect(shapeOf(await call(ours))).toEqual(expect.arrayContaining(expected));
  });
});

const REFUSALS: [string, (side: Side) => Promise<unknown>][] = [
  ['a message without text', ({ client, channel }) => client.apiCall('chat.postMessage', { channel })],
  ['a channel that is not there', ({ client }) => client.chat.postMessage({ channel: 'C0NOWHERE', text: 'x' })],
  ['an update of nothing', ({ client, channel }) => client.chat.update({ channel, ts: '1.000001', text: 'x' })],
  ['a deletion of nothing', ({ client, channel }) => client.chat.delete({ channel, ts: '1.000001' })],
  [
    'the same reaction twice',
    async (side) => {
      const reaction = { channel: side.channel, timestamp: await posted(side), name: 'eyes' };
      await side.client.reactions.add(reaction);
      return side.client.reactions.add(reaction);
    },
  ],
  ['an unknown email', ({ client }) => client.users.lookupByEmail({ email: 'nobody@example.com' })],
  ['nobody', ({ client }) => client.users.info({ user: 'U0NOBODY' })],
  ['a made-up trigger', ({ client }) => client.views.open({ trigger_id: '1.2.abc', view })],
  [
    'a trigger used twice',
    async (side) => {
      const trigger_id = await side.trigger();
      await side.client.views.open({ trigger_id, view });
      return side.client.views.open({ trigger_id, view });
    },
  ],
];

describe('refusals', () => {
  test.each(REFUSALS)('%s is refused with the same code', async (_, call) => {
    const their = await dataOf(call(theirs));
    expect(their.error).toMatch(/^[a-z_]+$/);
    expect((await dataOf(call(ours))).error).toBe(their.error);
  });
});
