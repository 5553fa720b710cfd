import type { MessageRef } from '../message-ref.ts';
import type { Desk, Moment } from '../moment.ts';

/** An entry in the menu of every message: its file, one line in index.ts, and it is in the manifest. */
export interface SlackShortcut {
  /** Slack's callback id. */
  shortcut: string;
  /** What the menu says, at most 24 characters. */
  name: string;
  /** At most 150 characters. */
  description: string;
  /** Nothing is changed before `moment.openModal`: without a trigger at hand it is all carried out a second time. */
  run: (on: MessageRef, moment: Moment, desk: Desk) => Promise<void>;
}
