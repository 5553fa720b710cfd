import { z } from 'zod';
import { Callback, fromOf, Teams } from './inbound-events.ts';
import type { From } from './incoming.ts';

const Edited = Callback.extend({
  event: z.object({
    ...Teams,
    subtype: z.literal('message_changed'),
    channel: z.string(),
    message: z.object({
      ...Teams,
      ts: z.string(),
      user: z.string().nullish(),
      text: z.string().default(''),
      bot_id: z.string().nullish(),
      edited: z.object({ user: z.string().nullish() }).nullish(),
    }),
  }),
});

/** A person's message that was changed where it stands. */
export interface MessageEdit {
  id: string;
  channel: string;
  ts: string;
  text: string;
  /** Whoever changed it. */
  from: From;
}

/** Null for every other event about messages, and for what an app has changed. */
export function readEdit(body: unknown): MessageEdit | null {
  const read = Edited.safeParse(body);
  if (!read.success || read.data.event.message.bot_id) return null;
  const { event, ...callback } = read.data;
  const { ts, text, user: author, edited, ...teams } = event.message;
  const user = edited?.user ?? author;
  if (!user) return null;
  const from = fromOf(callback, { ...event, ...teams, user });
  return { id: callback.event_id, channel: event.channel, ts, text, from };
}
