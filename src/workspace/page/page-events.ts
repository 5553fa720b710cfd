import type { Change } from '../state/changes.ts';
import type { Channel } from '../state/channels.ts';
import type { StoredFile } from '../state/files.ts';
import type { World } from '../world.ts';
import type { PageBootstrap, PageChannel, PageEvent, PageFile } from './page-api.ts';
import type { Panels } from './panels.ts';

const SHOWN_WIRE_ENTRIES = 500;

interface Link {
  transport: 'socket' | 'http';
  connections(): number;
}

/** Everything the page needs to start; from there on PageEvents keep it up to date. */
export function bootstrapOf(world: World, panels: Panels, link: Link): PageBootstrap {
  const { app, identity, people, channels, messages, views, files, wire } = world;
  // Slack lists the app's direct message for everybody, spoken in or not.
  for (const { id } of people.all()) channels.directWith(id);
  return {
    app: {
      id: identity.appId,
      name: app.displayName,
      botUserId: identity.botUserId,
      transport: link.transport,
      homeTab: app.homeTab,
    },
    connections: link.connections(),
    people: people.all().map(({ id, name, realName, standing }) => ({ id, name, realName, standing })),
    channels: channels.all().map(pageChannel),
    commands: app.commands.map(({ command, description, usageHint }) => ({ command, description, usageHint })),
    shortcuts: app.shortcuts,
    messages: messages.all(),
    views: views.all(),
    homes: views.homes(),
    files: files.all().map(pageFile),
    panels: panels.all(),
    wire: wire.list().slice(-SHOWN_WIRE_ENTRIES),
  };
}

export function pageEventOf(change: Change): PageEvent {
  switch (change.type) {
    case 'posted':
    case 'changed':
    case 'reaction':
      return { type: 'message', message: change.message };
    case 'deleted':
      return { type: 'message_deleted', channel: change.message.channel, ts: change.message.ts };
    case 'views':
      return { type: 'views', person: change.person, views: change.views };
    case 'home':
      return { type: 'home', view: change.view };
    case 'channel':
      return { type: 'channel', channel: pageChannel(change.channel) };
    case 'file':
      return { type: 'file', file: pageFile(change.file) };
    default:
      return change satisfies never;
  }
}

function pageChannel(channel: Channel): PageChannel {
  const { id, name, topic, purpose, kind, members, isArchived, hasApp, bookmarks, pins } = channel;
  return { id, name, topic, purpose, kind, members, isArchived, hasApp, bookmarks, pins };
}

const pageFile = ({ id, name, title, mimeType, altText }: StoredFile): PageFile => ({
  id,
  name,
  title,
  mimeType,
  altText,
});
