import type { CliCommand } from './command.ts';
import { runbookCommands } from './runbooks/index.ts';

export const runbooks: CliCommand = (program) => {
  const group = program.command('runbooks').description('the runbooks, policy.yaml and key-classes.yaml');
  for (const add of runbookCommands) add(group);
};
