import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { World } from '../world.ts';

const json = z.record(z.string(), z.unknown());
const block = z.looseObject({ type: z.string(), block_id: z.string() });

const StoredMessage = z.object({
  channel: z.string(),
  ts: z.string(),
  author: z.string(),
  by: z.enum(['person', 'app', 'slack']),
  text: z.string(),
  blocks: z.array(block),
  attachments: z.array(json),
  threadTs: z.string().exactOptional(),
  metadata: z.object({ event_type: z.string(), event_payload: json }).optional(),
  editedAt: z.string().exactOptional(),
  reactions: z.array(z.object({ name: z.string(), people: z.array(z.string()) })),
  files: z.array(z.string()),
});

const StoredHome = z.object({
  id: z.string(),
  person: z.string(),
  type: z.literal('home'),
  callbackId: z.string(),
  externalId: z.string(),
  privateMetadata: z.string(),
  blocks: z.array(block),
  hash: z.string(),
  rootId: z.string(),
  previousId: z.null(),
  clearOnClose: z.boolean(),
  notifyOnClose: z.boolean(),
  state: z.record(z.string(), z.record(z.string(), json)),
  errors: z.record(z.string(), z.string()),
});

const StoredChannel = z.object({
  id: z.string(),
  name: z.string(),
  topic: z.string(),
  kind: z.enum(['channel', 'private', 'direct']),
  members: z.array(z.string()),
  hasApp: z.boolean(),
  isShared: z.boolean(),
  // Older snapshots know nothing of these.
  purpose: z.string().default(''),
  creator: z.string().nullable().default(null),
  isArchived: z.boolean().default(false),
  bookmarks: z.array(z.object({ id: z.string(), title: z.string(), link: z.string(), emoji: z.string() })).default([]),
  pins: z.array(z.string()).default([]),
});

const StoredFile = z.object({
  id: z.string(),
  name: z.string(),
  title: z.string(),
  altText: z.string(),
  mimeType: z.string(),
  bytes: z.base64(),
});

/** What survives a restart of the workspace. Modals and ephemeral messages do not, as little as in Slack. */
const Snapshot = z.object({
  version: z.literal(1),
  channels: z.array(StoredChannel),
  messages: z.array(StoredMessage),
  homes: z.array(StoredHome),
  files: z.array(StoredFile),
});

const DEBOUNCE_MS = 250;

export interface SnapshotKeeper {
  stop(): void;
}

/** Continues from the file when there is one, and keeps it up to date. */
export function keepSnapshot(path: string, world: World): SnapshotKeeper {
  if (existsSync(path)) restore(path, world);
  let timer: NodeJS.Timeout | undefined;
  const save = () => {
    clearTimeout(timer);
    timer = undefined;
    write(path, world);
  };
  const unsubscribe = world.changes.subscribe(() => {
    timer ??= setTimeout(save, DEBOUNCE_MS);
  });
  return {
    stop() {
      unsubscribe();
      save();
    },
  };
}

function restore(path: string, { channels, messages, views, files, ids }: World): void {
  const parsed = Snapshot.safeParse(read(path));
  if (!parsed.success) {
    throw new Error(`${path} is not a snapshot of a local workspace; move it away to start afresh.`, {
      cause: parsed.error,
    });
  }
  for (const channel of parsed.data.channels) channels.add(channel);
  messages.restore(parsed.data.messages);
  views.restoreHomes(parsed.data.homes);
  files.restore(parsed.data.files.map((file) => ({ ...file, bytes: Buffer.from(file.bytes, 'base64') })));
  for (const { ts } of parsed.data.messages) ids.skipPast(ts);
}

function read(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    // Reported by the caller with the path, like every other content that is no snapshot.
    return undefined;
  }
}

/** Written beside and renamed: a crash leaves the old snapshot or the new one, never half of one. */
function write(path: string, { channels, messages, views, files }: World): void {
  const snapshot = {
    version: 1,
    channels: channels.all(),
    messages: messages.all().filter((each) => each.visibleTo === undefined),
    homes: views.homes(),
    files: files.all().map((file) => ({ ...file, bytes: file.bytes.toString('base64') })),
  };
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, JSON.stringify(snapshot), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
