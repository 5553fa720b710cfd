import type { CliCommand } from '../command.ts';
import { approveGrants } from './approve-grants.ts';
import { diff } from './diff.ts';
import { docs } from './docs.ts';
import { history } from './history.ts';
import { importRunbook } from './import.ts';
import { lint } from './lint.ts';
import { list } from './list.ts';
import { newRunbook } from './new.ts';
import { plan } from './plan.ts';
import { rehearse } from './rehearse.ts';
import { run } from './run.ts';
import { show } from './show.ts';
import { templates } from './templates.ts';

/** What follows `rekey runbooks`, in the order of its help. */
export const runbookCommands: readonly CliCommand[] = [
  list,
  lint,
  plan,
  run,
  rehearse,
  show,
  diff,
  history,
  approveGrants,
  templates,
  newRunbook,
  importRunbook,
  docs,
];
