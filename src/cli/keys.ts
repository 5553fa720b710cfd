import type { CliCommand } from './command.ts';
import { keyCommands } from './keys/index.ts';

export const keys: CliCommand = (program) => {
  const group = program.command('keys').description('the key ledger');
  for (const add of keyCommands) add(group);
};
