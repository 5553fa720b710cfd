import { z } from 'zod';
import type { Json } from '../json.ts';
import { channelShape } from '../shapes/channel.ts';
import { SlackError } from '../slack-error.ts';
import type { Channel } from '../state/channels.ts';
import type { World } from '../world.ts';
import { findChannel, findOpen, SCOPE_PREFIX } from './find-channel.ts';
import { channelManagement } from './manage-channels.ts';
import { count, flag, type Method, method, requireScope } from './method.ts';
import { pageOf } from './page-of.ts';

const TYPES = { public_channel: 'channel', private_channel: 'private', im: 'direct', mpim: undefined } as const;

const list = method({
  name: 'conversations.list',
  tier: 2,
  args: z.object({
    types: z.string().default('public_channel'),
    exclude_archived: flag.optional(),
    limit: count.default(100),
    cursor: z.string().optional(),
  }),
  run({ types, exclude_archived: isWithoutArchived, limit, cursor }, world) {
    const kinds = types.split(',').flatMap((each) => kindOf(each.trim()));
    for (const kind of kinds) requireScope(world, `${SCOPE_PREFIX[kind]}:read`);
    const visible = world.channels
      .all()
      .filter((each) => kinds.includes(each.kind) && isVisible(each) && !(isWithoutArchived && each.isArchived));
    const page = pageOf(visible, { limit, cursor });
    return { channels: page.rows.map((each) => channelShape(each, world)), ...page.metadata };
  },
});

const info = method({
  name: 'conversations.info',
  args: z.object({ channel: z.string(), include_num_members: flag.optional() }),
  run: (args, world) => ({ channel: channelShape(readable(args.channel, world), world) }),
});

const members = method({
  name: 'conversations.members',
  tier: 4,
  args: z.object({ channel: z.string(), limit: count.default(100), cursor: z.string().optional() }),
  run({ channel: given, limit, cursor }, world) {
    const channel = readable(given, world);
    const everybody = [...channel.members, ...(channel.hasApp ? [world.identity.botUserId] : [])];
    const page = pageOf(everybody, { limit, cursor });
    return { members: page.rows, ...page.metadata };
  },
});

const open = method({
  name: 'conversations.open',
  scopes: ['im:write'],
  args: z.object({
    users: z.string().optional(),
    channel: z.string().optional(),
    return_im: flag.optional(),
  }),
  run({ users, channel, return_im }, world) {
    const person = users ?? world.channels.find(channel ?? '')?.members[0] ?? '';
    if (person.includes(',')) throw new SlackError('method_not_supported_for_channel_type');
    if (!world.people.find(person)) throw new SlackError(users ? 'user_not_found' : 'channel_not_found');
    const direct = world.channels.directWith(person);
    return { channel: return_im ? channelShape(direct, world) : ({ id: direct.id } satisfies Json) };
  },
});

const join = method({
  name: 'conversations.join',
  scopes: ['channels:join'],
  args: z.object({ channel: z.string() }),
  run({ channel: given }, world) {
    const channel = findOpen(given, world);
    if (channel.kind !== 'channel') throw new SlackError('method_not_supported_for_channel_type');
    const joined = world.channels.add({ ...channel, hasApp: true });
    return { channel: channelShape(joined, world) };
  },
});

export const conversationMethods: Method[] = [list, info, members, open, join, ...channelManagement];

function kindOf(type: string): Channel['kind'][] {
  if (!Object.hasOwn(TYPES, type)) throw new SlackError('invalid_types');
  const found = Object.entries(TYPES).find(([name]) => name === type)?.[1];
  return found ? [found] : [];
}

const isVisible = (channel: Channel): boolean => channel.kind === 'channel' || channel.hasApp;

function readable(given: string, world: World): Channel {
  const channel = findChannel(given, world);
  requireScope(world, `${SCOPE_PREFIX[channel.kind]}:read`);
  return channel;
}
