import { z } from 'zod';
import { channelShape } from '../shapes/channel.ts';
import { SlackError } from '../slack-error.ts';
import type { Channel } from '../state/channels.ts';
import type { World } from '../world.ts';
import { findOpen, SCOPE_PREFIX } from './find-channel.ts';
import { flag, type Method, method, requireScope } from './method.ts';

const LONGEST_WORDS = 250;

const create = method({
  name: 'conversations.create',
  tier: 2,
  args: z.object({ name: z.string(), is_private: flag.optional() }),
  run({ name, is_private }, world) {
    requireScope(world, is_private ? 'groups:write' : 'channels:manage');
    checkName(name, world);
    const made = world.channels.add({
      id: world.ids.next('C'),
      name,
      topic: '',
      purpose: '',
      kind: is_private ? 'private' : 'channel',
      members: [],
      creator: world.identity.botUserId,
      hasApp: true,
      isShared: false,
      isArchived: false,
      bookmarks: [],
      pins: [],
    });
    return { channel: channelShape(made, world) };
  },
});

/** An app may rename what it made itself, and nothing else. */
const rename = method({
  name: 'conversations.rename',
  tier: 2,
  args: z.object({ channel: z.string(), name: z.string() }),
  run({ channel: given, name }, world) {
    const channel = manageable(given, world);
    if (channel.creator !== world.identity.botUserId) throw new SlackError('not_authorized');
    checkName(name, world);
    return { channel: channelShape(world.channels.add({ ...channel, name }), world) };
  },
});

const archive = method({
  name: 'conversations.archive',
  tier: 2,
  args: z.object({ channel: z.string() }),
  run({ channel: given }, world) {
    world.channels.add({ ...manageable(given, world, { archived: 'already_archived' }), isArchived: true });
    return {};
  },
});

const invite = method({
  name: 'conversations.invite',
  args: z.object({ channel: z.string(), users: z.string(), force: flag.optional() }),
  run({ channel: given, users, force }, world) {
    const channel = manageable(given, world, { what: 'invites' });
    const asked = users.split(',').map((each) => each.trim());
    const errors = asked.flatMap((user) => {
      const error = whyNotInvited(user, channel, world);
      return error === null ? [] : [{ user, ok: false, error }];
    });
    const invited = asked.filter((user) => !errors.some((each) => each.user === user));
    const [first] = errors;
    // One that cannot be invited stops all of them, unless the caller says otherwise.
    if (first && (force !== true || invited.length === 0)) throw new SlackError(first.error, { errors });
    const members = [...new Set([...channel.members, ...invited])];
    return { channel: channelShape(world.channels.add({ ...channel, members }), world) };
  },
});

const kick = method({
  name: 'conversations.kick',
  args: z.object({ channel: z.string(), user: z.string() }),
  run({ channel: given, user }, world) {
    const channel = manageable(given, world);
    if (user === world.identity.botUserId) throw new SlackError('cant_kick_self');
    if (!world.people.find(user)) throw new SlackError('user_not_found');
    if (!channel.members.includes(user)) throw new SlackError('not_in_channel');
    world.channels.add({ ...channel, members: channel.members.filter((each) => each !== user) });
    return {};
  },
});

const setTopic = method({
  name: 'conversations.setTopic',
  tier: 2,
  args: z.object({ channel: z.string(), topic: z.string() }),
  run({ channel: given, topic }, world) {
    const channel = manageable(given, world, { what: 'topic' });
    if (topic.length > LONGEST_WORDS) throw new SlackError('too_long');
    return { channel: channelShape(world.channels.add({ ...channel, topic }), world) };
  },
});

const setPurpose = method({
  name: 'conversations.setPurpose',
  tier: 2,
  args: z.object({ channel: z.string(), purpose: z.string() }),
  run({ channel: given, purpose }, world) {
    const channel = manageable(given, world, { what: 'topic' });
    if (purpose.length > LONGEST_WORDS) throw new SlackError('too_long');
    return { channel: channelShape(world.channels.add({ ...channel, purpose }), world) };
  },
});

export const channelManagement: Method[] = [create, rename, archive, invite, kick, setTopic, setPurpose];

function manageable(
  given: string,
  world: World,
  { what, archived }: { what?: 'invites' | 'topic'; archived?: string } = {},
): Channel {
  const channel = findOpen(given, world, archived);
  if (channel.kind === 'direct') throw new SlackError('method_not_supported_for_channel_type');
  const narrower = what === undefined ? [] : [`${SCOPE_PREFIX[channel.kind]}:write.${what}`];
  requireScope(world, channel.kind === 'private' ? 'groups:write' : 'channels:manage', ...narrower);
  if (!channel.hasApp) throw new SlackError('not_in_channel');
  return channel;
}

function whyNotInvited(user: string, channel: Channel, { people, identity }: World): string | null {
  if (user === identity.botUserId) return 'cant_invite_self';
  const person = people.find(user);
  if (!person) return 'user_not_found';
  if (person.standing === 'deactivated') return 'cant_invite';
  return channel.members.includes(user) ? 'already_in_channel' : null;
}

function checkName(name: string, { channels }: World): void {
  if (name === '') throw new SlackError('invalid_name_required');
  if (name.length > 80) throw new SlackError('invalid_name_maxlength');
  if (!/[a-z0-9]/.test(name)) throw new SlackError('invalid_name_punctuation');
  if (!/^[a-z0-9_-]+$/.test(name)) throw new SlackError('invalid_name_specials');
  if (channels.named(name)) throw new SlackError('name_taken');
}
