import { rewrap as rewrapAll } from '../../engine/keys/rewrap.ts';
import { openVault } from '../../providers/seal.ts';
import type { CliCommand } from '../command.ts';
import { counted, say, sayJson } from '../print.ts';
import { withRekey } from '../with-rekey.ts';

export const rewrap: CliCommand = (group) => {
  group
    .command('rewrap')
    .description(
      'wrap everything that is sealed under the master key of today; run it after the master key was replaced',
    )
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  rekey keys rewrap')
    .action(({ json }: { json?: boolean }) =>
      withRekey(async ({ deps, keyFiles, origin }) => {
        const onProgress = ({ looked }: { looked: number }) => {
          if (process.stderr.isTTY) process.stderr.write(`\r${counted(looked, 'secret')} looked at`);
        };
        const vault = openVault(keyFiles.masterKeys);
        const done = await rewrapAll({ ...deps, vault, pepper: keyFiles.pepper }, { ...origin(), onProgress });
        if (process.stderr.isTTY) process.stderr.write('\n');
        if (json) return sayJson(done);
        say(
          `${done.rewrapped} of ${counted(done.sealed, 'sealed secret')} wrapped anew, under the master key ${done.current}.`,
        );
        if (done.unneeded.length > 0)
          say(`Only backups from before still need: ${done.unneeded.join(', ')}. Keep them as long as you keep those.`);
      }),
    );
};
