import type { CliCommand } from '../command.ts';
import { answer } from '../keys/answer.ts';
import { approve } from '../keys/approve.ts';
import { cancel, pause, resume } from './hold.ts';
import { list } from './list.ts';
import { rerun } from './rerun.ts';
import { retry } from './retry.ts';
import { settle } from './settle.ts';
import { show } from './show.ts';
import { skip } from './skip.ts';

/** What follows `rekey runs`: looking, what a run asks of people, then what people do with it. */
export const runCommands: readonly CliCommand[] = [
  list,
  show,
  approve,
  answer,
  settle,
  pause,
  resume,
  cancel,
  skip,
  retry,
  rerun,
];
