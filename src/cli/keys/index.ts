import type { CliCommand } from '../command.ts';
import { audit } from './audit.ts';
import { compliance } from './compliance.ts';
import { evidence } from './evidence.ts';
import { expiring } from './expiring.ts';
import { exportKeys } from './export.ts';
import { history } from './history.ts';
import { list } from './list.ts';
import { show } from './show.ts';
import { stats } from './stats.ts';
import { verify } from './verify.ts';
import { why } from './why.ts';
import { zombies } from './zombies.ts';

/** What follows `rekey keys`, in the order of its help. */
export const keyCommands: readonly CliCommand[] = [
  list,
  show,
  history,
  verify,
  why,
  audit,
  expiring,
  compliance,
  stats,
  zombies,
  exportKeys,
  evidence,
];
