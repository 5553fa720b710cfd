import type { CliCommand } from './command.ts';
import { noticeCommands } from './notices/index.ts';

export const notices: CliCommand = (program) => {
  const group = program
    .command('notices')
    .description('what is told to people outside the company, and what came back');
  for (const addTo of noticeCommands) addTo(group);
};
