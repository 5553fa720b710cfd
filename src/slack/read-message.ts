import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import { type MessagePlace, type MessageRef, messageRef } from './message-ref.ts';
import { failureOf } from './web.ts';

const Found = z.object({
  messages: z
    .array(
      z.object({
        ts: z.string(),
        thread_ts: z.string().optional(),
        user: z.string().optional(),
        text: z.string().default(''),
      }),
    )
    .default([]),
});
const GONE: readonly string[] = ['thread_not_found', 'message_not_found', 'channel_not_found', 'not_in_channel'];

/** The message that stands there, in a thread or not; null when it is gone or Rekey cannot see it. */
export async function readMessage(client: WebClient, place: MessagePlace): Promise<MessageRef | null> {
  const { channel, ts } = place;
  const only = { latest: ts, oldest: ts, inclusive: true, limit: 5 };
  const { messages } = Found.parse(
    await client.conversations.replies({ channel, ts, ...only }).catch((error: unknown) => {
      if (GONE.includes(failureOf(error).error)) return { messages: [] };
      throw error;
    }),
  );
  // With a message of a thread Slack may bring the first one of it along.
  const found = messages.find((message) => message.ts === ts);
  if (found === undefined) return null;
  const thread = found.thread_ts === undefined || found.thread_ts === ts ? null : found.thread_ts;
  return messageRef({ channel, ts, thread, author: found.user ?? place.author }, found.text);
}
