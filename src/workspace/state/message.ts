import type { Json } from '../json.ts';

/** A Block Kit block as Slack keeps it: always with a block_id, given or generated. */
export interface Block {
  type: string;
  block_id: string;
  [field: string]: unknown;
}

export interface Reaction {
  name: string;
  people: string[];
}

/** One message as the workspace keeps it. A message is known by its channel and ts together. */
export interface Message {
  channel: string;
  ts: string;
  /** A user id; the bot's own user id for what the app wrote, USLACKBOT for what Slack itself says. */
  author: string;
  by: 'person' | 'app' | 'slack';
  text: string;
  blocks: Block[];
  attachments: Json[];
  threadTs?: string;
  metadata?: { event_type: string; event_payload: Json } | undefined;
  /** The ts of the last edit. */
  editedAt?: string;
  reactions: Reaction[];
  /** File ids, see state/files.ts. */
  files: string[];
  /** Ephemeral: only this person sees it, and it is gone after a restart. */
  visibleTo?: string;
}
