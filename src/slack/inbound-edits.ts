import { z } from 'zod';

const Edited = z.object({
  event_id: z.string(),
  event: z.object({
    subtype: z.literal('message_changed'),
    channel: z.string(),
    message: z.object({
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
  /** The Slack account of whoever changed it. */
  by: string | null;
}

/** Null for every other event about messages, and for what an app has changed. */
export function readEdit(body: unknown): MessageEdit | null {
  const read = Edited.safeParse(body);
  if (!read.success || read.data.event.message.bot_id) return null;
  const { channel, message } = read.data.event;
  const { ts, text, user, edited } = message;
  return { id: read.data.event_id, channel, ts, text, by: edited?.user ?? user ?? null };
}
