import { z } from 'zod';
import { SlackError } from '../slack-error.ts';
import type { Message } from '../state/message.ts';
import type { World } from '../world.ts';
import { findChannel, findMessage } from './find-channel.ts';
import { type Method, method } from './method.ts';

const args = z.object({ channel: z.string(), timestamp: z.string(), name: z.string() });

const add = method({
  name: 'reactions.add',
  scopes: ['reactions:write'],
  args,
  run(given, world) {
    const message = target(given, world);
    if (hasReacted(message, given.name, world)) throw new SlackError('already_reacted');
    world.messages.react(message, given.name, world.identity.botUserId);
    return {};
  },
});

const remove = method({
  name: 'reactions.remove',
  scopes: ['reactions:write'],
  args,
  run(given, world) {
    const message = target(given, world);
    if (!hasReacted(message, given.name, world)) throw new SlackError('no_reaction');
    world.messages.react(message, given.name, world.identity.botUserId);
    return {};
  },
});

export const reactionMethods: Method[] = [add, remove];

function target({ channel, timestamp, name }: z.infer<typeof args>, world: World): Message {
  if (!/^[a-z0-9_+'-]+(::skin-tone-[2-6])?$/.test(name)) throw new SlackError('invalid_name');
  return findMessage(findChannel(channel, world), timestamp, world);
}

const hasReacted = (message: Message, name: string, { identity }: World): boolean =>
  message.reactions.some((each) => each.name === name && each.people.includes(identity.botUserId));
