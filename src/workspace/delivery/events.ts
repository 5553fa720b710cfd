import type { Json } from '../json.ts';
import { messageShape } from '../shapes/message.ts';
import type { Change } from '../state/changes.ts';
import type { Channel } from '../state/channels.ts';
import type { Message } from '../state/message.ts';
import type { World } from '../world.ts';
import type { Dispatcher } from './dispatcher.ts';

/** Tells the app what happens, as far as its manifest asks for it and it is in the channel. Returns how to stop. */
export function deliverEvents(world: World, dispatcher: Dispatcher): () => void {
  return world.changes.subscribe((change) => {
    for (const event of eventsOf(change, world)) void dispatcher.deliverEvent(event);
  });
}

function eventsOf(change: Change, world: World): Json[] {
  if (!('message' in change) || change.message.visibleTo !== undefined) return [];
  const channel = world.channels.find(change.message.channel);
  if (!channel?.hasApp) return [];
  if (change.type === 'reaction') return reactionEvents(change, world);
  const subscribed = world.app.events.has(SUBSCRIPTION[channel.kind]);
  const events = subscribed ? [messageEvent(change, channel, world)] : [];
  return change.type === 'posted' ? [...mentionEvents(change.message, channel, world), ...events] : events;
}

const SUBSCRIPTION = { channel: 'message.channels', private: 'message.groups', direct: 'message.im' };
const CHANNEL_TYPE = { channel: 'channel', private: 'group', direct: 'im' };

type MessageChange = Extract<Change, { type: 'posted' | 'changed' | 'deleted' }>;

function messageEvent(change: MessageChange, channel: Channel, world: World): Json {
  const place = { channel: channel.id, channel_type: CHANNEL_TYPE[channel.kind] };
  const shape = messageShape(change.message, world);
  if (change.type === 'posted') return { ...shape, ...place, event_ts: change.message.ts };
  const hidden = { type: 'message', ...place, hidden: true, ts: world.ids.ts(), event_ts: world.ids.ts() };
  if (change.type === 'deleted') {
    return { ...hidden, subtype: 'message_deleted', deleted_ts: change.message.ts, previous_message: shape };
  }
  const before = messageShape(change.before, world);
  return { ...hidden, subtype: 'message_changed', message: shape, previous_message: before };
}

/** In a direct message there is nobody else to mention; Slack sends no app_mention there. */
function mentionEvents(message: Message, channel: Channel, world: World): Json[] {
  const mentioned = message.text.includes(`<@${world.identity.botUserId}>`);
  if (!world.app.events.has('app_mention') || !mentioned || channel.kind === 'direct') return [];
  return [{ ...messageShape(message, world), type: 'app_mention', channel: channel.id, event_ts: message.ts }];
}

function reactionEvents(change: Extract<Change, { type: 'reaction' }>, world: World): Json[] {
  const type = change.added ? 'reaction_added' : 'reaction_removed';
  if (!world.app.events.has(type)) return [];
  const { message, name, person } = change;
  return [
    {
      type,
      user: person,
      reaction: name,
      item: { type: 'message', channel: message.channel, ts: message.ts },
      item_user: message.author,
      event_ts: world.ids.ts(),
    },
  ];
}

export function homeOpenedEvent(person: string, world: World): Json {
  const home = world.views.homeOf(person);
  return {
    type: 'app_home_opened',
    user: person,
    channel: world.channels.directWith(person).id,
    tab: 'home',
    event_ts: world.ids.ts(),
    ...(home && { view: { id: home.id, hash: home.hash, type: 'home', callback_id: home.callbackId } }),
  };
}
