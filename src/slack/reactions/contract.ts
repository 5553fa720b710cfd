import type { Policy } from '../../domain/policy.ts';
import type { MessageRef } from '../message-ref.ts';
import type { Desk, Moment } from '../moment.ts';

/**
 * What an emoji under a message means: its file and one line in index.ts. Other emoji are not even kept. Somebody whom Rekey does not
 * listen to is not answered, because most reactions are not meant for Rekey; a message that is none of its business is passed over silently.
 */
export interface SlackReaction {
  /** The emoji's name without colons and skin tone: `pushpin`. */
  reaction: string;
  /** The emoji that policy.yaml names instead. */
  configured?: (policy: Policy) => string;
  react: (on: MessageRef, moment: Moment, desk: Desk) => Promise<void>;
  /** The same person took the emoji away again. */
  takeBack?: (on: MessageRef, moment: Moment, desk: Desk) => Promise<void>;
}
