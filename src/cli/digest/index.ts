import type { CliCommand } from '../command.ts';
import { history } from './history.ts';
import { send } from './send.ts';
import { show } from './show.ts';

/** What follows `rekey digest`. */
export const digestCommands: readonly CliCommand[] = [show, send, history];
