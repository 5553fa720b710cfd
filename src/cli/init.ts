import { createKeyFiles } from '../providers/key-files.ts';
import type { CliCommand } from './command.ts';
import { configHere } from './config-here.ts';
import { say } from './print.ts';

export const init: CliCommand = (program) => {
  program
    .command('init')
    .description('make the master key and the pepper of a new installation; never overwrites')
    .addHelpText('after', '\nExample:\n  rekey init && rekey doctor')
    .action(() => {
      const { keysDir } = configHere();
      createKeyFiles(keysDir);
      say(`Made the master key and the pepper in ${keysDir} (0600).`);
      say(
        'Copy them to a safe place that is not the backup of the ledger: without them, sealed secrets and stored digests are useless.',
      );
    });
};
