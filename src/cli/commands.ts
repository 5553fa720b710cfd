import { alarms } from './alarms.ts';
import { audit } from './audit.ts';
import { backup } from './backup.ts';
import { breakGlass } from './break-glass.ts';
import type { CliCommand } from './command.ts';
import { completion } from './completion.ts';
import { demo } from './demo.ts';
import { doctor } from './doctor.ts';
import { drill } from './drill.ts';
import { init } from './init.ts';
import { keys } from './keys.ts';
import { peers } from './peers.ts';
import { restore } from './restore.ts';
import { runbooks } from './runbooks.ts';
import { runs } from './runs.ts';
import { secondFactor } from './second-factor.ts';
import { serve } from './serve.ts';

/** The command table. One more command is one file and one line. */
export const commands: readonly CliCommand[] = [
  init,
  serve,
  demo,
  drill,
  runbooks,
  runs,
  keys,
  peers,
  breakGlass,
  secondFactor,
  audit,
  alarms,
  backup,
  restore,
  doctor,
  completion,
];
