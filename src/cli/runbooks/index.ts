import type { CliCommand } from '../command.ts';
import { lint } from './lint.ts';
import { show } from './show.ts';

/** What follows `rekey runbooks`, in the order of its help. */
export const runbookCommands: readonly CliCommand[] = [lint, show];
