import { SlackError } from '../slack-error.ts';
import type { Channel } from '../state/channels.ts';
import type { Message } from '../state/message.ts';
import type { World } from '../world.ts';
import { requireScope } from './method.ts';

/** By id, by name, or a person's id for the direct message with them. */
export function findChannel(given: string, world: World): Channel {
  const { channels, people } = world;
  const channel = channels.find(given) ?? channels.named(given);
  if (channel && (channel.kind !== 'private' || channel.hasApp)) return channel;
  if (people.find(given)) return channels.directWith(given);
  throw new SlackError('channel_not_found');
}

/** Nothing can be changed in an archived channel. */
export function findOpen(given: string, world: World, refusal = 'is_archived'): Channel {
  const channel = findChannel(given, world);
  if (channel.isArchived) throw new SlackError(refusal);
  return channel;
}

/** Where the app may post: its own channels, and public ones with the scope for that. */
export function findWritable(given: string, world: World): Channel {
  const channel = findOpen(given, world);
  if (!channel.hasApp && !world.app.scopes.has('chat:write.public')) throw new SlackError('not_in_channel');
  return channel;
}

export function findHistory(given: string, world: World): Channel {
  const channel = findChannel(given, world);
  requireScope(world, `${SCOPE_PREFIX[channel.kind]}:history`);
  if (!channel.hasApp) throw new SlackError('not_in_channel');
  return channel;
}

/** A message everybody in the channel can see; nobody can reach into an ephemeral one. */
export function findMessage(channel: Channel, ts: string, world: World): Message {
  const message = world.messages.find(channel.id, ts);
  if (!message || message.visibleTo !== undefined) throw new SlackError('message_not_found');
  return message;
}

/** The scopes of conversations.* depend on what kind of conversation it is. */
export const SCOPE_PREFIX = { channel: 'channels', private: 'groups', direct: 'im' } as const;
