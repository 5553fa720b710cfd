import { z } from 'zod';
import type { Message } from '../state/message.ts';
import type { View } from '../state/view.ts';
import type { WireEntry } from '../wire-log.ts';

/**
 * What the browser page and the server say to each other.
 *
 * The page is opened as `/?token=TOKEN`. It sends the token as header `x-page-token` with every call, and as `?token=`
 * where a header is impossible (`EventSource`, `<img>`). Without it every answer is 403.
 *
 *   GET  /page/bootstrap            → PageBootstrap
 *   GET  /page/events?token=        → text/event-stream; each `data:` line is one PageEvent
 *   GET  /page/files/ID?token=      → the bytes of an uploaded file
 *   POST /page/<action>             → body as in PageActions, JSON; answer Outcome (`options`: PageOptions)
 */
export interface PageBootstrap {
  app: { id: string; name: string; botUserId: string; transport: 'socket' | 'http'; homeTab: boolean };
  connections: number;
  people: PagePerson[];
  channels: PageChannel[];
  commands: { command: string; description: string; usageHint: string }[];
  shortcuts: { type: 'global' | 'message'; name: string; callbackId: string; description: string }[];
  /** Every message, oldest first; those with `visibleTo` are for that person alone. */
  messages: Message[];
  /** Open modals of everybody, for each person the one on top last. */
  views: View[];
  homes: View[];
  files: PageFile[];
  panels: { id: string; title: string; points: Record<string, unknown>[] }[];
  wire: WireEntry[];
}

interface PagePerson {
  id: string;
  name: string;
  realName: string;
  standing: 'member' | 'guest' | 'stranger' | 'deactivated';
}

export interface PageChannel {
  id: string;
  name: string;
  topic: string;
  purpose: string;
  kind: 'channel' | 'private' | 'direct';
  /** User ids, without the app. */
  members: string[];
  isArchived: boolean;
  hasApp: boolean;
  bookmarks: { id: string; title: string; link: string; emoji: string }[];
  pins: string[];
}

export interface PageFile {
  id: string;
  name: string;
  title: string;
  mimeType: string;
  altText: string;
}

export type PageEvent =
  /** Posted or changed: replaces what has the same channel and ts. */
  | { type: 'message'; message: Message }
  | { type: 'message_deleted'; channel: string; ts: string }
  /** The whole stack of that person; empty when the last modal closed. */
  | { type: 'views'; person: string; views: View[] }
  | { type: 'home'; view: View }
  | { type: 'channel'; channel: PageChannel }
  | { type: 'file'; file: PageFile }
  | { type: 'connections'; connections: number }
  | { type: 'wire'; entry: WireEntry }
  | { type: 'panel'; id: string; point: Record<string, unknown> };

export interface PageOptions {
  options: { value: string; text: string; group?: string }[];
}

const fieldValue = z.union([z.string(), z.array(z.string()), z.number(), z.null()]);
/** block_id → action_id → value. Options by their value, people and channels by id, dates as YYYY-MM-DD, times as HH:MM. */
const formValues = z.record(z.string(), z.record(z.string(), fieldValue));
/** Either a message or a view. */
const place = z.union([
  z.strictObject({ channel: z.string(), ts: z.string() }),
  z.strictObject({ viewId: z.string() }),
]);

export const PageActions = {
  /** The composer: a text that starts with "/" is a command. */
  say: z.strictObject({
    person: z.string(),
    channel: z.string(),
    text: z.string().min(1).max(12_000),
    threadTs: z.string().optional(),
  }),
  click: z.strictObject({
    person: z.string(),
    on: place,
    blockId: z.string(),
    actionId: z.string(),
    value: fieldValue.optional(),
    form: formValues.optional(),
  }),
  submit: z.strictObject({ person: z.string(), viewId: z.string(), form: formValues }),
  close: z.strictObject({ person: z.string(), viewId: z.string(), all: z.boolean().optional() }),
  shortcut: z.strictObject({
    person: z.string(),
    callbackId: z.string(),
    on: z.strictObject({ channel: z.string(), ts: z.string() }).optional(),
  }),
  home: z.strictObject({ person: z.string() }),
  options: z.strictObject({
    person: z.string(),
    on: place,
    blockId: z.string(),
    actionId: z.string(),
    typed: z.string(),
  }),
  /** Adds the reaction, or takes it back. */
  react: z.strictObject({ person: z.string(), channel: z.string(), ts: z.string(), name: z.string() }),
  delete: z.strictObject({ person: z.string(), channel: z.string(), ts: z.string() }),
  /** What somebody may do with a channel beside writing in it. */
  channel: z.strictObject({
    person: z.string(),
    channel: z.string(),
    change: z.enum(['archive', 'unarchive', 'removeApp', 'inviteApp']),
  }),
};
export type PageActions = { [Action in keyof typeof PageActions]: z.infer<(typeof PageActions)[Action]> };
