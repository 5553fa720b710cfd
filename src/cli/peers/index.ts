import type { CliCommand } from '../command.ts';
import { add } from './add.ts';
import { board } from './board.ts';
import { change } from './change.ts';
import { list } from './list.ts';
import { acknowledge, pin, pulled, waive } from './progress.ts';
import { remove } from './remove.ts';

/** What follows `rekey peers`. */
export const peerCommands: readonly CliCommand[] = [list, board, add, change, remove, acknowledge, pin, pulled, waive];
