import type { CliCommand } from '../command.ts';
import { list } from './list.ts';
import { preview } from './preview.ts';
import { send } from './send.ts';
import { settle } from './settle.ts';
import { show } from './show.ts';
import { withdraw } from './withdraw.ts';

/** What follows `rekey notices`. */
export const noticeCommands: readonly CliCommand[] = [list, show, preview, send, settle, withdraw];
