import type { CliCommand } from './command.ts';
import { incidentCommands } from './incidents/index.ts';

export const incidents: CliCommand = (program) => {
  const group = program
    .command('incidents')
    .description('incidents: declare, lead and close them, with or without Slack');
  for (const addTo of incidentCommands) addTo(group);
};
