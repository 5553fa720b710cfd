import type { CliCommand } from './command.ts';
import { digestCommands } from './digest/index.ts';

export const digest: CliCommand = (program) => {
  const group = program.command('digest').description('which keys end, what is missing, and who was told');
  for (const addTo of digestCommands) addTo(group);
};
