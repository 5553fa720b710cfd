import { z } from 'zod';
import { BLOCK_LIMITS } from '../block-limits.ts';
import { isJson } from '../json.ts';
import { messageShape } from '../shapes/message.ts';
import { SlackError } from '../slack-error.ts';
import type { Channel } from '../state/channels.ts';
import type { Message } from '../state/message.ts';
import type { World } from '../world.ts';
import { contentArgs, contentOf, metadataArg, metadataOf } from './content.ts';
import { findChannel, findMessage, findOpen, findWritable } from './find-channel.ts';
import { flag, type Method, method, requireScope } from './method.ts';

const { message: limits } = BLOCK_LIMITS;
const customized = { username: z.string(), icon_emoji: z.string(), icon_url: z.string() };
const postArgs = z.object({
  channel: z.string(),
  thread_ts: z.string().optional(),
  reply_broadcast: flag.optional(),
  metadata: metadataArg,
  ...contentArgs,
  ...z.object(customized).partial().shape,
});
const place = { channel: z.string(), ts: z.string() };

const postMessage = method({
  name: 'chat.postMessage',
  scopes: ['chat:write'],
  tier: 'special',
  args: postArgs,
  run(args, world) {
    if (args.username || args.icon_emoji || args.icon_url) requireScope(world, 'chat:write.customize');
    const channel = findWritable(args.channel, world);
    const content = contentOf(args, world, limits.text);
    const metadata = metadataOf(args.metadata);
    const threadTs = args.thread_ts && threadOf(channel, args.thread_ts, world);
    const message = world.messages.post({
      ...byApp(channel, world),
      ...content,
      text: content.text ?? '',
      ...(threadTs && { threadTs }),
      ...(metadata && { metadata }),
    });
    const shape = messageShape(message, world, { metadata: true });
    return { channel: channel.id, ts: message.ts, message: shape };
  },
});

const postEphemeral = method({
  name: 'chat.postEphemeral',
  scopes: ['chat:write'],
  tier: 4,
  args: z.object({ channel: z.string(), user: z.string(), thread_ts: z.string().optional(), ...contentArgs }),
  run(args, world) {
    const channel = findWritable(args.channel, world);
    if (!channel.members.includes(args.user)) throw new SlackError('user_not_in_channel');
    const content = contentOf(args, world, limits.text);
    const message = world.messages.post({
      ...byApp(channel, world),
      ...content,
      text: content.text ?? '',
      visibleTo: args.user,
      ...(args.thread_ts && { threadTs: args.thread_ts }),
    });
    return { message_ts: message.ts };
  },
});

const update = method({
  name: 'chat.update',
  scopes: ['chat:write'],
  args: z.object({ ...place, metadata: metadataArg, ...contentArgs }),
  run(args, world) {
    const channel = findOpen(args.channel, world, 'is_inactive');
    if (!channel.hasApp) throw new SlackError('not_in_channel');
    const message = ownMessage(channel, args.ts, world, 'cant_update_message');
    const content = contentOf(args, world, limits.updateText);
    const edited = world.messages.edit(message, { ...content, ...metadataEdit(args.metadata) });
    const shape = messageShape(edited, world, { metadata: true });
    return { channel: channel.id, ts: message.ts, text: edited.text, message: shape };
  },
});

const remove = method({
  name: 'chat.delete',
  scopes: ['chat:write'],
  args: z.object(place),
  run(args, world) {
    const channel = findChannel(args.channel, world);
    const message = ownMessage(channel, args.ts, world, 'cant_delete_message');
    world.messages.remove(message);
    return { channel: channel.id, ts: message.ts };
  },
});

const getPermalink = method({
  name: 'chat.getPermalink',
  tier: 'special',
  args: z.object({ channel: z.string(), message_ts: z.string() }),
  run(args, world) {
    const channel = findChannel(args.channel, world);
    const message = findMessage(channel, args.message_ts, world);
    const thread = message.threadTs ? `?thread_ts=${message.threadTs}&cid=${channel.id}` : '';
    const permalink = `${world.url()}/archives/${channel.id}/p${message.ts.replace('.', '')}${thread}`;
    return { channel: channel.id, permalink };
  },
});

export const chatMethods: Method[] = [postMessage, postEphemeral, update, remove, getPermalink];

export function byApp(channel: Channel, { identity }: World): Pick<Message, 'channel' | 'author' | 'by'> {
  return { channel: channel.id, author: identity.botUserId, by: 'app' };
}

/** A reply to a reply goes to the thread's first message, as in Slack. */
export function threadOf(channel: Channel, threadTs: string, world: World): string {
  const parent = world.messages.find(channel.id, threadTs);
  if (!parent || parent.visibleTo !== undefined) throw new SlackError('cannot_reply_to_message');
  return parent.threadTs ?? parent.ts;
}

function ownMessage(channel: Channel, ts: string, world: World, refusal: string): Message {
  const message = findMessage(channel, ts, world);
  if (message.by !== 'app') throw new SlackError(refusal);
  return message;
}

/** Left out, the metadata stays; an empty object removes it. */
function metadataEdit(given: unknown): { metadata?: Message['metadata'] } {
  if (isJson(given) && Object.keys(given).length === 0) return { metadata: undefined };
  const metadata = metadataOf(given);
  return metadata ? { metadata } : {};
}
