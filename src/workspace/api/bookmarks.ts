import { z } from 'zod';
import type { Json } from '../json.ts';
import { SlackError } from '../slack-error.ts';
import type { Bookmark, Channel } from '../state/channels.ts';
import type { World } from '../world.ts';
import { findChannel, findOpen } from './find-channel.ts';
import { type Method, method } from './method.ts';

/** Slack's own: a channel's bar holds no more. */
const MOST = 100;
const writes = ['bookmarks:write'];
const words = { title: z.string(), link: z.string(), emoji: z.string() };

const add = method({
  name: 'bookmarks.add',
  scopes: writes,
  tier: 2,
  args: z.object({ channel_id: z.string(), type: z.string(), ...z.object(words).partial().shape }),
  run({ channel_id: given, type, title, link, emoji }, world) {
    const channel = barOf(given, world);
    if (type !== 'link') throw new SlackError('invalid_bookmark_type');
    if (!title) throw new SlackError('invalid_arguments');
    if (channel.bookmarks.length >= MOST) throw new SlackError('too_many_bookmarks');
    const bookmark = { id: world.ids.next('Bk'), title, link: webAddress(link), emoji: emoji ?? '' };
    world.channels.add({ ...channel, bookmarks: [...channel.bookmarks, bookmark] });
    return { bookmark: shapeOf(bookmark, channel, world) };
  },
});

const edit = method({
  name: 'bookmarks.edit',
  scopes: writes,
  tier: 2,
  args: z.object({ channel_id: z.string(), bookmark_id: z.string(), ...z.object(words).partial().shape }),
  run({ channel_id: given, bookmark_id: id, title, link, emoji }, world) {
    const channel = barOf(given, world);
    const before = bookmarkOf(channel, id);
    const bookmark = {
      ...before,
      ...(title && { title }),
      ...(link && { link: webAddress(link) }),
      ...(emoji !== undefined && { emoji }),
    };
    const bookmarks = channel.bookmarks.map((each) => (each.id === id ? bookmark : each));
    world.channels.add({ ...channel, bookmarks });
    return { bookmark: shapeOf(bookmark, channel, world) };
  },
});

const remove = method({
  name: 'bookmarks.remove',
  scopes: writes,
  tier: 2,
  args: z.object({ channel_id: z.string(), bookmark_id: z.string() }),
  run({ channel_id: given, bookmark_id: id }, world) {
    const channel = barOf(given, world);
    bookmarkOf(channel, id);
    world.channels.add({ ...channel, bookmarks: channel.bookmarks.filter((each) => each.id !== id) });
    return {};
  },
});

const list = method({
  name: 'bookmarks.list',
  scopes: ['bookmarks:read', 'bookmarks:write'],
  args: z.object({ channel_id: z.string() }),
  run({ channel_id: given }, world) {
    const channel = findChannel(given, world);
    return { bookmarks: channel.bookmarks.map((each) => shapeOf(each, channel, world)) };
  },
});

export const bookmarkMethods: Method[] = [add, edit, remove, list];

function barOf(given: string, world: World): Channel {
  const channel = findOpen(given, world);
  if (!channel.hasApp) throw new SlackError('permission_denied');
  return channel;
}

function bookmarkOf({ bookmarks }: Channel, id: string): Bookmark {
  const found = bookmarks.find((each) => each.id === id);
  if (!found) throw new SlackError('not_found');
  return found;
}

function webAddress(link: string | undefined): string {
  if (!link || !URL.canParse(link) || !/^https?:$/.test(new URL(link).protocol)) throw new SlackError('invalid_link');
  return link;
}

function shapeOf({ id, title, link, emoji }: Bookmark, channel: Channel, { identity }: World): Json {
  return {
    id,
    channel_id: channel.id,
    title,
    link,
    emoji,
    icon_url: '',
    type: 'link',
    entity_id: null,
    date_created: 0,
    date_updated: 0,
    rank: String(channel.bookmarks.findIndex((each) => each.id === id)),
    last_updated_by_user_id: identity.botUserId,
    last_updated_by_team_id: identity.teamId,
    shortcut_id: null,
    app_id: identity.appId,
  };
}
