import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import { MARK, type Place } from '../voice.ts';

const Marked = z.object({
  ts: z.string(),
  metadata: z.object({
    event_type: z.literal(MARK),
    event_payload: z.object({ id: z.string(), version: z.number().default(0) }),
  }),
});
const Page = z.object({
  messages: z.array(z.unknown()).default([]),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
});

const PAGES = 10;

/** Looks for a message by the mark that it was posted with: after a lost answer or a crash, Slack may have it already. */
export async function findSent(
  client: WebClient,
  { channel, thread }: Place,
  id: string,
): Promise<{ channel: string; ts: string; version: number } | null> {
  let cursor: string | undefined;
  for (let page = 0; page < PAGES; page++) {
    const asked = { channel, include_all_metadata: true, limit: 200, ...(cursor && { cursor }) };
    const answer = Page.parse(
      thread === null
        ? await client.conversations.history(asked)
        : await client.conversations.replies({ ...asked, ts: thread }),
    );
    for (const message of answer.messages) {
      const read = Marked.safeParse(message);
      if (!read.success || read.data.metadata.event_payload.id !== id) continue;
      return { channel, ts: read.data.ts, version: read.data.metadata.event_payload.version };
    }
    cursor = answer.response_metadata?.next_cursor;
    if (!cursor) return null;
  }
  return null;
}
