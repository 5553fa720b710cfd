import { z } from 'zod';
import { keysIn, scrub } from '../scrub.ts';
import type { Secret } from '../secret.ts';

/** Where somebody else's message stands. Of such a message only this is stored: its text may hold a key that somebody pasted. */
export const MessagePlace = z.object({
  channel: z.string(),
  ts: z.string(),
  /** The first message of its thread; null for a message of its own, and where Slack did not say (a reaction). */
  thread: z.string().nullable(),
  /** The Slack user who wrote it; null for an app without one. */
  author: z.string().nullable(),
});
export type MessagePlace = z.infer<typeof MessagePlace>;

/** A message in Slack that somebody pointed at: with a shortcut from its menu, or with a reaction. */
export interface MessageRef extends MessagePlace {
  /** In Slack's markup, with `[secret]` in place of everything that is or looks like a live key. Empty when only blocks were posted. */
  text: string;
  /** The message as it stands in Slack holds what looks like a live key: Slack has it, so it is exploited. */
  heldSecret: boolean;
  /** What that is, to be compared by its digest and kept nowhere. */
  material: readonly Secret[];
  postedAt: Date;
}

export function messageRef(place: MessagePlace, text: string): MessageRef {
  const shown = scrub(text);
  return { ...place, text: shown, heldSecret: shown !== text, material: keysIn(text), postedAt: postedAt(place.ts) };
}

/** Slack's message ids are seconds with a fraction that makes them unique. */
function postedAt(ts: string): Date {
  return new Date(Math.floor(Number(ts) * 1_000));
}
