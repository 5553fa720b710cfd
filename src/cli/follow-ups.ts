import type { CliCommand } from './command.ts';
import { followUpCommands } from './follow-ups/index.ts';

export const followUps: CliCommand = (program) => {
  const group = program
    .command('follow-ups')
    .description('what has to happen after incidents, by whom and until when, and their retrospectives');
  for (const addTo of followUpCommands) addTo(group);
};
