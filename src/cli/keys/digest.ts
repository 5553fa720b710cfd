import type { Command } from 'commander';
import { loadKeys } from '../../providers/key-files.ts';
import type { CliCommand } from '../command.ts';
import { configHere } from '../config-here.ts';
import { say, sayJson } from '../print.ts';
import { readSecret } from '../read-secret.ts';
import { keyAsArgument } from './verify.ts';

/** What the form of /keys import takes in place of a key: only this installation's pepper makes it, and nothing can be made from it. */
export const digest: CliCommand = (group) => {
  group
    .command('digest')
    .description('the keyed digest of a key, for /keys import in Slack; it is read from standard input or the terminal')
    .option('--json', 'print JSON')
    .allowExcessArguments()
    .addHelpText('after', '\nExample:\n  rekey keys digest < key.txt')
    .action(async ({ json }: { json?: boolean }, command: Command) => {
      if (command.args.length > 0) throw keyAsArgument('digest');
      const material = await readSecret('Key: ');
      const { keysDir, masterKeyCommand } = configHere();
      const { pepper } = await loadKeys({ dir: keysDir, command: masterKeyCommand });
      const found = `${pepper.id}:${pepper.digestOf(material.reveal())}`;
      if (json) sayJson({ digest: found });
      else say(found);
    });
};
