import type { Json } from '../json.ts';
import type { Message } from '../state/message.ts';
import type { World } from '../world.ts';
import { fileShape } from './file.ts';

/** A message as the Web API and the payloads carry it. */
export function messageShape(message: Message, world: World, { metadata = false } = {}): Json {
  return {
    type: 'message',
    user: message.author,
    ts: message.ts,
    text: message.text,
    team: world.identity.teamId,
    ...(message.by === 'app' && appFields(world)),
    ...(message.blocks.length > 0 && { blocks: message.blocks }),
    ...(message.attachments.length > 0 && { attachments: message.attachments }),
    ...(message.files.length > 0 && { files: filesOf(message, world), upload: false }),
    ...threadFields(message, world),
    ...(message.editedAt && { edited: { user: message.author, ts: message.editedAt } }),
    ...(message.reactions.length > 0 && { reactions: reactionsOf(message) }),
    ...(metadata && message.metadata && { metadata: message.metadata }),
  };
}

/** Present on what an app wrote, and how a client tells the app's own messages from people's. */
function appFields({ identity, app }: World): Json {
  const { botId, appId, teamId, botUserId } = identity;
  return {
    bot_id: botId,
    app_id: appId,
    bot_profile: {
      id: botId,
      app_id: appId,
      user_id: botUserId,
      name: app.displayName,
      deleted: false,
      updated: 0,
      team_id: teamId,
      icons: {},
    },
  };
}

function threadFields(message: Message, world: World): Json {
  if (message.threadTs) {
    const parent = world.messages.find(message.channel, message.threadTs);
    return { thread_ts: message.threadTs, ...(parent && { parent_user_id: parent.author }) };
  }
  const replies = world.messages.repliesTo(message);
  if (replies.length === 0) return {};
  const authors = [...new Set(replies.map((each) => each.author))];
  return {
    thread_ts: message.ts,
    reply_count: replies.length,
    reply_users_count: authors.length,
    reply_users: authors,
    latest_reply: replies.at(-1)?.ts,
    is_locked: false,
    subscribed: false,
  };
}

const reactionsOf = (message: Message): Json[] =>
  message.reactions.map(({ name, people }) => ({ name, users: people, count: people.length }));

const filesOf = (message: Message, world: World): Json[] =>
  message.files.flatMap((id) => {
    const file = world.files.find(id);
    return file ? [fileShape(file, world)] : [];
  });
