import type { Json } from '../json.ts';
import { messageShape } from '../shapes/message.ts';
import { viewShape } from '../shapes/view.ts';
import type { Channel } from '../state/channels.ts';
import type { Message } from '../state/message.ts';
import type { Person } from '../state/people.ts';
import type { View, ViewState } from '../state/view.ts';
import type { World } from '../world.ts';

export function slashPayload(
  given: { person: Person; channel: Channel; command: string; text: string },
  world: World,
): Json {
  const { person, channel, command, text } = given;
  const { identity } = world;
  return {
    token: identity.verificationToken,
    team_id: identity.teamId,
    team_domain: identity.teamDomain,
    channel_id: channel.id,
    channel_name: channelName(channel),
    user_id: person.id,
    user_name: person.name,
    command,
    text,
    api_app_id: identity.appId,
    is_enterprise_install: 'false',
    response_url: world.responseUrls.issue({ person: person.id, channel: channel.id }),
    trigger_id: world.triggers.issue(person.id),
  };
}

/** What a person used: a message, or a view with what is filled in on it. */
export type Surface = { kind: 'message'; message: Message } | { kind: 'view'; view: View };

export function blockActionsPayload(
  given: { person: Person; surface: Surface; action: Json; state: ViewState },
  world: World,
): Json {
  const { person, surface, action, state } = given;
  return {
    type: 'block_actions',
    ...common(person, world),
    trigger_id: world.triggers.issue(person.id),
    ...placeOf(surface, person, world),
    ...(surface.kind === 'message' && {
      state: { values: state },
      response_url: responseUrlOf(surface.message, person, world),
    }),
    actions: [action],
  };
}

export function suggestionPayload(
  given: { person: Person; surface: Surface; blockId: string; actionId: string; typed: string },
  world: World,
): Json {
  const { person, surface, blockId, actionId, typed } = given;
  return {
    type: 'block_suggestion',
    ...common(person, world),
    ...placeOf(surface, person, world),
    action_id: actionId,
    block_id: blockId,
    value: typed,
  };
}

export function submissionPayload(view: View, person: Person, responseUrls: Json[], world: World): Json {
  return {
    type: 'view_submission',
    ...common(person, world),
    trigger_id: world.triggers.issue(person.id),
    view: viewShape(view, world),
    response_urls: responseUrls,
  };
}

export function closedPayload(view: View, person: Person, isCleared: boolean, world: World): Json {
  return { type: 'view_closed', ...common(person, world), view: viewShape(view, world), is_cleared: isCleared };
}

export function globalShortcutPayload(callbackId: string, person: Person, world: World): Json {
  return {
    type: 'shortcut',
    ...common(person, world),
    callback_id: callbackId,
    action_ts: world.ids.ts(),
    trigger_id: world.triggers.issue(person.id),
  };
}

export function messageShortcutPayload(callbackId: string, message: Message, person: Person, world: World): Json {
  const channel = world.channels.find(message.channel);
  return {
    type: 'message_action',
    ...common(person, world),
    callback_id: callbackId,
    action_ts: world.ids.ts(),
    trigger_id: world.triggers.issue(person.id),
    response_url: world.responseUrls.issue({ person: person.id, channel: message.channel, messageTs: message.ts }),
    message_ts: message.ts,
    channel: { id: message.channel, name: channel ? channelName(channel) : '' },
    message: messageShape(message, world),
  };
}

/** In payloads, Slack hides the names of private channels and direct messages. */
function channelName(channel: Channel): string {
  return { channel: channel.name, private: 'privategroup', direct: 'directmessage' }[channel.kind];
}

function common(person: Person, { identity }: World): Json {
  const { teamId, teamDomain, appId, verificationToken } = identity;
  return {
    user: { id: person.id, username: person.name, name: person.name, team_id: person.teamId },
    api_app_id: appId,
    token: verificationToken,
    team: { id: teamId, domain: teamDomain },
    enterprise: null,
    is_enterprise_install: false,
  };
}

function placeOf(surface: Surface, person: Person, world: World): Json {
  if (surface.kind === 'view') {
    return { container: { type: 'view', view_id: surface.view.id }, view: viewShape(surface.view, world) };
  }
  const { message } = surface;
  const channel = world.channels.find(message.channel);
  const isEphemeral = message.visibleTo === person.id;
  return {
    container: {
      type: 'message',
      message_ts: message.ts,
      channel_id: message.channel,
      is_ephemeral: isEphemeral,
      ...(message.threadTs && { thread_ts: message.threadTs }),
    },
    channel: { id: message.channel, name: channel ? channelName(channel) : '' },
    // An ephemeral message does not exist on Slack's side any more, so its text cannot come along.
    ...(!isEphemeral && { message: messageShape(message, world) }),
  };
}

function responseUrlOf(message: Message, person: Person, world: World): string {
  const { channel, ts, threadTs } = message;
  return world.responseUrls.issue({ person: person.id, channel, messageTs: ts, ...(threadTs && { threadTs }) });
}
