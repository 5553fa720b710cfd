import type { Json } from '../json.ts';
import type { Channel } from '../state/channels.ts';
import type { World } from '../world.ts';

export function channelShape(channel: Channel, world: World): Json {
  const { id, name, kind, topic, purpose, members, creator, hasApp, isShared, isArchived } = channel;
  const { teamId } = world.identity;
  if (kind === 'direct') {
    return { id, created: 0, is_im: true, is_org_shared: false, is_archived: false, user: members[0], is_open: true };
  }
  return {
    id,
    name,
    name_normalized: name,
    is_channel: kind === 'channel',
    is_group: false,
    is_im: false,
    is_mpim: false,
    is_private: kind === 'private',
    is_archived: isArchived,
    is_general: false,
    is_member: hasApp,
    is_shared: isShared,
    is_ext_shared: isShared,
    is_org_shared: false,
    ...(hasApp && { last_read: '0000000000.000000' }),
    created: 0,
    creator: creator ?? members[0] ?? world.identity.botUserId,
    context_team_id: teamId,
    topic: { value: topic, creator: '', last_set: 0 },
    purpose: { value: purpose, creator: '', last_set: 0 },
    num_members: members.length + (hasApp ? 1 : 0),
  };
}
