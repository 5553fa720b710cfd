import type { ChannelOptions } from '../workspace.ts';
import type { Changes } from './changes.ts';

export interface Bookmark {
  id: string;
  title: string;
  link: string;
  emoji: string;
}

export interface Channel {
  id: string;
  name: string;
  topic: string;
  purpose: string;
  kind: 'channel' | 'private' | 'direct';
  /** User ids, without the app. */
  members: string[];
  /** A user id; null for those that were there before. */
  creator: string | null;
  hasApp: boolean;
  isShared: boolean;
  isArchived: boolean;
  bookmarks: Bookmark[];
  /** The ts of what is pinned, oldest first. */
  pins: string[];
}

export interface Channels {
  all(): Channel[];
  find(id: string): Channel | undefined;
  named(name: string): Channel | undefined;
  /** The direct message of the app with one person: opened when it is first needed, and always the same. */
  directWith(person: string): Channel;
  add(channel: Channel): Channel;
}

interface Sources {
  options: readonly ChannelOptions[];
  everybody: readonly string[];
  changes: Changes;
}

export function openChannels({ options, everybody, changes }: Sources): Channels {
  const channels = new Map<string, Channel>();
  for (const each of options) {
    channels.set(each.id, {
      id: each.id,
      name: each.name,
      ...UNTOUCHED,
      topic: each.topic ?? '',
      kind: each.isPrivate ? 'private' : 'channel',
      members: [...(each.members ?? everybody)],
      hasApp: each.app !== 'outside',
      isShared: each.isShared ?? false,
    });
  }
  const add = (channel: Channel) => {
    channels.set(channel.id, channel);
    changes.publish({ type: 'channel', channel });
    return channel;
  };
  return {
    all: () => [...channels.values()],
    find: (id) => channels.get(id),
    named: (name) => [...channels.values()].find((each) => each.name === name.replace(/^#/, '')),
    add,
    directWith(person) {
      const id = directIdOf(person);
      return channels.get(id) ?? add(direct(id, person));
    },
  };
}

const UNTOUCHED = { topic: '', purpose: '', creator: null, isArchived: false, bookmarks: [], pins: [] };

/** Derived from the person, so that it survives restarts without being remembered. */
const directIdOf = (person: string): string => `D${person.slice(1)}`;

const direct = (id: string, person: string): Channel => ({
  id,
  name: 'directmessage',
  ...UNTOUCHED,
  kind: 'direct',
  members: [person],
  hasApp: true,
  isShared: false,
});
