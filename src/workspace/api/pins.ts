import { z } from 'zod';
import { messageShape } from '../shapes/message.ts';
import { SlackError } from '../slack-error.ts';
import type { Channel } from '../state/channels.ts';
import type { World } from '../world.ts';
import { findChannel, findMessage, findOpen } from './find-channel.ts';
import { type Method, method } from './method.ts';

const place = z.object({ channel: z.string(), timestamp: z.string() });

const add = method({
  name: 'pins.add',
  scopes: ['pins:write'],
  tier: 2,
  args: place,
  run({ channel: given, timestamp }, world) {
    const channel = mine(given, world);
    findMessage(channel, timestamp, world);
    if (channel.pins.includes(timestamp)) throw new SlackError('already_pinned');
    world.channels.add({ ...channel, pins: [...channel.pins, timestamp] });
    return {};
  },
});

const remove = method({
  name: 'pins.remove',
  scopes: ['pins:write'],
  tier: 2,
  args: place,
  run({ channel: given, timestamp }, world) {
    const channel = mine(given, world);
    if (!channel.pins.includes(timestamp)) throw new SlackError('no_pin');
    world.channels.add({ ...channel, pins: channel.pins.filter((each) => each !== timestamp) });
    return {};
  },
});

const list = method({
  name: 'pins.list',
  scopes: ['pins:read'],
  tier: 2,
  args: z.object({ channel: z.string() }),
  run({ channel: given }, world) {
    const channel = findChannel(given, world);
    const found = channel.pins.flatMap((ts) => world.messages.find(channel.id, ts) ?? []);
    const pins = found.map((message) => ({
      type: 'message',
      channel: channel.id,
      created: 0,
      created_by: world.identity.botUserId,
      message: messageShape(message, world),
    }));
    return { items: pins };
  },
});

export const pinMethods: Method[] = [add, remove, list];

function mine(given: string, world: World): Channel {
  const channel = findOpen(given, world);
  if (!channel.hasApp) throw new SlackError('not_in_channel');
  return channel;
}
