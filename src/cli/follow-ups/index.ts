import type { CliCommand } from '../command.ts';
import { add } from './add.ts';
import { assign, done, drop, move } from './change.ts';
import { list } from './list.ts';
import { publish } from './publish.ts';

export const followUpCommands: readonly CliCommand[] = [list, add, done, assign, move, drop, publish];
