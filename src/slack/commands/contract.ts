import type { Desk, Moment } from '../moment.ts';

/** One slash command: its file, one line in index.ts, and it is registered, in the manifest and in the help. */
export interface SlashCommand {
  /** With the slash, at most 32 characters. */
  command: string;
  description: string;
  usageHint: string;
  run: (typed: string, moment: Moment, desk: Desk) => Promise<void>;
}
