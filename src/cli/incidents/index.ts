import type { CliCommand } from '../command.ts';
import { close, reopen, waive } from './close.ts';
import { note, role, severity, status } from './lead.ts';
import { list } from './list.ts';
import { open } from './open.ts';
import { show } from './show.ts';

/** What follows `rekey incidents`. */
export const incidentCommands: readonly CliCommand[] = [
  list,
  show,
  open,
  role,
  severity,
  status,
  note,
  close,
  waive,
  reopen,
];
