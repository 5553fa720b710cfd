import type { Surface } from '../domain/announce.ts';
import type { IncidentId, MessageId } from '../domain/ids.ts';
import type { Anew, Loss } from './lost-messages.ts';

/**
 * A Slack message that has to be there. `version` goes up whenever what it shows has changed; it is due while `version > sentVersion`.
 * A row in `sending` whose process died is looked up in Slack by its id (message metadata) before anything is posted again.
 */
export interface OutgoingMessage {
  id: MessageId;
  surface: Surface;
  subject: string;
  /** Where to: a Slack channel id, or `person:<name>` until the first post has opened the direct message. */
  channel: string;
  /** The message that this one answers to in a thread; it has been posted before this one becomes due. */
  thread: { channel: string; ts: string } | null;
  /** The incident whose own channel that is. When it is out of reach, the message goes to the thread instead. */
  room: IncidentId | null;
  ts: string | null;
  version: number;
  sentVersion: number;
  attempts: number;
  /** A post was begun and its answer never recorded. */
  sending: boolean;
  /** The message whose thread it belongs to, wherever that stands now. */
  threadOf: MessageId | null;
  /** A sentence for its readers: why it stands here and not where it was meant to. */
  movedBecause: string | null;
}

/** A message that is due, and the channel in whose order it stands. */
export interface DueMessage extends OutgoingMessage {
  lane: string;
}

/** `team`: the channel that is the team's now. `held`: channels that nothing is sent to at the moment. */
export interface Lanes {
  team: string;
  held: readonly string[];
}

/** `redrawAt`: when it will look different although nothing has happened; null: never. */
export interface Sent {
  channel: string;
  ts: string;
  version: number;
  redrawAt?: Date | null;
}

export interface Outbox {
  /**
   * Messages that are due now, oldest first; a thread reply only after its parent is there. Those to be drawn again come last. Each channel has
   * a fair share of them, and one that is held has none, so that none can keep the others from being looked at.
   */
  due: (now: Date, limit: number, lanes?: Lanes) => Promise<DueMessage[]>;
  /** The instant at which the next one becomes due, or null. */
  nextDue: () => Promise<Date | null>;
  /** Before the call to Slack: a crash from here on leaves `sending`. */
  begin: (message: OutgoingMessage) => Promise<void>;
  /** After it: what was shown, where it stands. */
  sent: (message: OutgoingMessage, at: Sent) => Promise<void>;
  /** Slack said no or nothing; tried again at `retryAt`. */
  failed: (message: OutgoingMessage, failure: { error: string; retryAt: Date }) => Promise<void>;
  /** Slack will never take it (deleted message, archived channel): kept for the record, not tried again. */
  giveUp: (message: OutgoingMessage, error: string) => Promise<void>;
  /** The message that shows this subject, when it was posted: for links. */
  find: (surface: Surface, subject: string) => Promise<OutgoingMessage | null>;
  /** What stands at this place in Slack, and in the thread that begins there. */
  shownAt: (place: { channel: string; ts: string }) => Promise<{ surface: Surface; subject: string }[]>;
  /** Some subjects that were shown on this surface. */
  latest: (surface: Surface, limit: number) => Promise<string[]>;
  /**
   * It is no more where it stood, or cannot be put where it was meant to: what is still open is posted anew, once for each reason, and where
   * it stood is kept.
   */
  postAnew: (message: Pick<OutgoingMessage, 'id' | 'ts' | 'channel'>, loss: Loss) => Promise<Anew>;
  /** Has everything drawn again that people may still press on; after a restart the views may be others. */
  redrawOpen: () => Promise<void>;
}
