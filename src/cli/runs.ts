import type { CliCommand } from './command.ts';
import { runCommands } from './runs/index.ts';

export const runs: CliCommand = (program) => {
  const group = program
    .command('runs')
    .description('runs of runbooks: how far they are, and what people can do with them');
  for (const addTo of runCommands) addTo(group);
};
