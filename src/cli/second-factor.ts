import type { CliCommand } from './command.ts';
import { secondFactorCommands } from './second-factor/index.ts';

export const secondFactor: CliCommand = (program) => {
  const group = program
    .command('second-factor')
    .description('the code of your authenticator app, for decisions that two people make with more than a click');
  for (const add of secondFactorCommands) add(group);
};
