import type { CliCommand } from './command.ts';
import { peerCommands } from './peers/index.ts';

export const peers: CliCommand = (program) => {
  const group = program.command('peers').description('who trusts our federation and issuer keys, and the re-pin board');
  for (const addTo of peerCommands) addTo(group);
};
