import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Secret } from '../secret.ts';
import { MessagePlace, type MessageRef } from './message-ref.ts';
import type { PressedAt } from './pressed-at.ts';

/** Who and where, as Slack's verified payload says. */
const From = z.object({
  user: z.string(),
  /** Of the installation, and of the person's own account: another one for somebody from outside. */
  teams: z.array(z.string()),
  enterprise: z.string().nullable(),
});
export type From = z.infer<typeof From>;

/** What is kept of a payload: what is needed to act on it later, and nothing that opens a door (trigger, response URL, tokens). */
export const Incoming = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('command'), from: From, command: z.string(), text: z.string(), channel: z.string() }),
  z.object({
    kind: z.literal('action'),
    from: From,
    action: z.string(),
    value: z.string(),
    /** Null in a view, such as App Home. */
    channel: z.string().nullable(),
    thread: z.string().nullable(),
  }),
  z.object({
    kind: z.literal('submission'),
    from: From,
    form: z.string(),
    metadata: z.string(),
    /** Where it was opened, as far as the modal says. */
    openedAt: z.object({ channel: z.string(), thread: z.string().nullable() }).nullable().default(null),
    view: z.string(),
    /** By block id; every block of ours has one field. */
    values: z.record(z.string(), z.string()),
  }),
  /** `text` is what follows Rekey's name; mentions of other people are kept in it. */
  z.object({
    kind: z.literal('mention'),
    from: From,
    text: z.string(),
    channel: z.string(),
    ts: z.string(),
    thread: z.string().nullable(),
  }),
  z.object({ kind: z.literal('shortcut'), from: From, shortcut: z.string(), on: MessagePlace }),
  z.object({
    kind: z.literal('reaction'),
    from: From,
    reaction: z.string(),
    change: z.enum(['added', 'removed']),
    on: MessagePlace,
  }),
]);
export type Incoming = z.infer<typeof Incoming>;
export type CommandIn = Extract<Incoming, { kind: 'command' }>;
export type ActionIn = Extract<Incoming, { kind: 'action' }>;
export type SubmissionIn = Extract<Incoming, { kind: 'submission' }>;
export type MentionIn = Extract<Incoming, { kind: 'mention' }>;
export type ShortcutIn = Extract<Incoming, { kind: 'shortcut' }>;
export type ReactionIn = Extract<Incoming, { kind: 'reaction' }>;

/** What somebody has filled in, by block id. */
export interface Filled {
  metadata: string;
  values: Readonly<Record<string, string>>;
}

/** Good for seconds, and never stored. */
export interface Live {
  trigger: string | null;
  responseUrl: string | null;
  /** What was typed into the field for a code. */
  code?: Secret | null;
  /** The message that somebody pointed at, where the payload brought it along. */
  pointedAt?: MessageRef | null;
  /** The modal in which a button was pressed. */
  modal?: string | null;
  /** Where the modal in which a button was pressed had been opened. */
  openedAt?: PressedAt | null;
  /** What stands in the view in which something was pressed or chosen, and is not sent off yet. */
  filled?: Filled | null;
}

export const NOT_LIVE: Live = { trigger: null, responseUrl: null };

export interface Received<Kind> {
  /** The same for every delivery of the same press. */
  id: string;
  incoming: Kind;
  live: Live;
  /** Under which id the words are kept that this is a press for, when it is one on "Open the form". */
  words?: string;
}

/** A trigger is a bearer token for three seconds, so only its hash is kept. */
export function inboundId(unique: string): string {
  return `slack:${createHash('sha256').update(unique).digest('hex').slice(0, 32)}`;
}

/** Slack leaves out, nulls or empties what it does not know. */
export const Id = z.string().nullish();

export function present(id: string | null | undefined): string[] {
  return id ? [id] : [];
}
