import { z } from 'zod';
import {
  type From,
  Id,
  inboundId,
  type MentionIn,
  NOT_LIVE,
  present,
  type ReactionIn,
  type Received,
} from './incoming.ts';

/** What wraps every event; the id is the same for each delivery of it. */
export const Callback = z.object({
  event_id: z.string(),
  team_id: Id,
  enterprise_id: Id,
  authorizations: z.array(z.object({ user_id: z.string(), is_bot: z.boolean().default(false) })).default([]),
});
type Callback = z.infer<typeof Callback>;

// Of the workspace that the event is for, and of the person: another one for somebody from outside.
export const Teams = { team: Id, user_team: Id, source_team: Id };

const HomeOpened = Callback.omit({ event_id: true }).extend({
  event: z.object({ user: z.string(), tab: z.string().optional() }),
});

export function readHomeOpened(body: unknown): { from: From; tab: string } {
  const { event, ...callback } = HomeOpened.parse(body);
  return { from: fromOf(callback, event), tab: event.tab ?? 'home' };
}

const Mentioned = Callback.extend({
  event: z.object({
    ...Teams,
    user: Id,
    text: z.string().default(''),
    channel: z.string(),
    ts: z.string(),
    thread_ts: Id,
    bot_id: Id,
    subtype: Id,
    edited: z.unknown().optional(),
  }),
});

// Nothing longer is a command; what is too long for one is refused in words.
const LONGEST = 4_000;

/** Null for what is no order: from a bot, Rekey itself among them, and from an edit of what was said before. */
export function readMention(body: unknown): Received<MentionIn> | null {
  const { event, ...callback } = Mentioned.parse(body);
  const { user, bot_id: bot, subtype, edited } = event;
  const isFromBot = !user || Boolean(bot) || subtype === 'bot_message' || user === botOf(callback);
  if (isFromBot || edited) return null;
  const incoming = {
    kind: 'mention' as const,
    from: fromOf(callback, { ...event, user }),
    text: afterName(event.text, botOf(callback)).slice(0, LONGEST),
    channel: event.channel,
    ts: event.ts,
    thread: event.thread_ts ?? null,
  };
  return { id: inboundId(callback.event_id), incoming, live: NOT_LIVE };
}

/** What follows the first mention of Rekey: `Hey <@U1> , status` says `status`. */
function afterName(text: string, bot: string | null): string {
  const name = bot === null ? /<@[UW][A-Z0-9]*(?:\|[^>]*)?>/ : new RegExp(`<@${bot}(?:\\|[^>]*)?>`);
  const found = name.exec(text);
  const after = found === null ? text : text.slice(found.index + found[0].length);
  return after.replace(/^[\s,:;.!–-]+/, '').trim();
}

const Reacted = Callback.extend({
  event: z.object({
    ...Teams,
    type: z.enum(['reaction_added', 'reaction_removed']),
    user: z.string(),
    reaction: z.string(),
    item: z.object({ type: z.string(), channel: z.string().optional(), ts: z.string().optional() }),
    item_user: Id,
  }),
});

/** Null for what is not under a message, and for Rekey's own. */
export function readReaction(body: unknown): Received<ReactionIn> | null {
  const { event, ...callback } = Reacted.parse(body);
  const { channel, ts } = event.item;
  if (channel === undefined || ts === undefined || event.user === botOf(callback)) return null;
  const [reaction = ''] = event.reaction.split('::');
  const incoming = {
    kind: 'reaction' as const,
    from: fromOf(callback, event),
    reaction,
    change: event.type === 'reaction_added' ? ('added' as const) : ('removed' as const),
    on: { channel, ts, thread: null, author: event.item_user ?? null },
  };
  return { id: inboundId(callback.event_id), incoming, live: NOT_LIVE };
}

function botOf({ authorizations }: Pick<Callback, 'authorizations'>): string | null {
  return authorizations.find((one) => one.is_bot)?.user_id ?? null;
}

interface Somebody {
  user: string;
  team?: string | null | undefined;
  user_team?: string | null | undefined;
  source_team?: string | null | undefined;
}

export function fromOf({ team_id: team, enterprise_id: enterprise }: Omit<Callback, 'event_id'>, by: Somebody): From {
  const named = [team, by.team, by.user_team, by.source_team].flatMap(present);
  return { user: by.user, teams: [...new Set(named)], enterprise: enterprise || null };
}
