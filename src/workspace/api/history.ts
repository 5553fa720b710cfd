import { z } from 'zod';
import type { Json } from '../json.ts';
import { messageShape } from '../shapes/message.ts';
import { SlackError } from '../slack-error.ts';
import type { Message } from '../state/message.ts';
import type { World } from '../world.ts';
import { findHistory } from './find-channel.ts';
import { count, flag, type Method, method } from './method.ts';
import { pageOf } from './page-of.ts';

const window = {
  channel: z.string(),
  oldest: z.string().optional(),
  latest: z.string().optional(),
  inclusive: flag.optional(),
  include_all_metadata: flag.optional(),
  limit: count.default(100),
  cursor: z.string().optional(),
};
interface Window {
  oldest?: string | undefined;
  latest?: string | undefined;
  inclusive?: boolean | undefined;
  include_all_metadata?: boolean | undefined;
  limit: number;
  cursor?: string | undefined;
}

/** Newest first, without replies; ephemeral messages are in nobody's history. */
const history = method({
  name: 'conversations.history',
  args: z.object(window),
  run(args, world) {
    const channel = findHistory(args.channel, world);
    const seen = world.messages.list(channel.id).filter((each) => !each.visibleTo && !each.threadTs);
    return answer(seen.reverse(), args, world);
  },
});

/** The thread's first message and its replies, oldest first. */
const replies = method({
  name: 'conversations.replies',
  args: z.object({ ...window, ts: z.string() }),
  run(args, world) {
    const channel = findHistory(args.channel, world);
    const found = world.messages.find(channel.id, args.ts);
    if (!found || found.visibleTo) throw new SlackError('thread_not_found');
    const root = found.threadTs ?? found.ts;
    const thread = world.messages
      .list(channel.id)
      .filter((each) => !each.visibleTo && (each.ts === root || each.threadTs === root));
    return answer(thread, args, world);
  },
});

export const historyMethods: Method[] = [history, replies];

function answer(messages: readonly Message[], args: Window, world: World): Json {
  const page = pageOf(
    messages.filter((each) => isWithin(each.ts, args)),
    { limit: args.limit, cursor: args.cursor },
  );
  const metadata = args.include_all_metadata ?? false;
  return {
    messages: page.rows.map((each) => messageShape(each, world, { metadata })),
    has_more: page.hasMore,
    ...page.metadata,
  };
}

function isWithin(ts: string, { oldest, latest, inclusive }: Window): boolean {
  if (inclusive && (ts === oldest || ts === latest)) return true;
  const at = Number(ts);
  return (oldest === undefined || at > Number(oldest)) && (latest === undefined || at < Number(latest));
}
