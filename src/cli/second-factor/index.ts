import type { CliCommand } from '../command.ts';
import { confirm } from './confirm.ts';
import { enrol } from './enrol.ts';
import { invite } from './invite.ts';
import { recover } from './recover.ts';
import { remove } from './remove.ts';
import { status } from './status.ts';

/** What follows `rekey second-factor`. */
export const secondFactorCommands: readonly CliCommand[] = [enrol, confirm, status, recover, remove, invite];
