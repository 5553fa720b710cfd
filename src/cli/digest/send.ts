import type { CliCommand } from '../command.ts';
import { counted, say } from '../print.ts';
import { withRekey } from '../with-rekey.ts';

export const send: CliCommand = (group) => {
  group
    .command('send')
    .description(
      'one more digest for everybody, now; for people who may `administer`. The one of the clock comes all the same',
    )
    .addHelpText('after', '\nExample:\n  rekey digest send')
    .action(() =>
      withRekey(async ({ digests, origin }) => {
        const { id, keys, parts } = await digests.send(origin());
        say(`${id} tells of ${counted(keys, 'key')} in ${counted(parts, 'message')}. \`rekey serve\` posts it.`);
      }),
    );
};
