import type { SlashCommand } from './commands/contract.ts';
import { commands } from './commands/index.ts';
import type { SlackReaction } from './reactions/contract.ts';
import { reactions } from './reactions/index.ts';
import type { SlackShortcut } from './shortcuts/contract.ts';
import { shortcuts } from './shortcuts/index.ts';

/** What people can say and point at. */
export interface Catalogues {
  commands: readonly SlashCommand[];
  shortcuts: readonly SlackShortcut[];
  reactions: readonly SlackReaction[];
}

export const CATALOGUES: Catalogues = { commands, shortcuts, reactions };
