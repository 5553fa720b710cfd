import { PersonId } from '../../domain/ids.ts';
import { instantText } from '../../domain/instant.ts';
import { inviteLink } from '../../domain/second-factor.ts';
import type { CliCommand } from '../command.ts';
import { say } from '../print.ts';
import { withRekey } from '../with-rekey.ts';
import { placeFor } from './shown-once.ts';

const HELP = `
Whoever opens the link first sets up the app, so hand it to the person on a way that only they read, and not in a channel. The team and the
person are told that there is one, and again when it was used.

Example:
  rekey second-factor invite alice`;

export const invite: CliCommand = (group) => {
  group
    .command('invite')
    .argument('<person>', 'as policy.yaml calls them')
    .description('a link with which somebody without an account here sets up an authenticator app: an hour, once')
    .option('--to-file <file>', 'write the link to a new file that only you can read, instead of to the terminal')
    .addHelpText('after', HELP)
    .action((name: string, { toFile }: { toFile?: string }) =>
      withRekey(async ({ secondFactors, config, origin }) => {
        const file = placeFor(toFile, { option: '--to-file' });
        const made = await secondFactors
          .invite({ ...origin(), person: PersonId.parse(name) })
          .catch((error: unknown) => {
            file?.giveBack();
            throw error;
          });
        const base = config.publicUrl ?? `http://${config.http.host}:${config.http.port}`;
        const link = inviteLink(base, made.token.reveal());
        const { person, expiresAt } = made.invite;
        say(`For ${person} alone, until ${instantText(expiresAt)}, once${file === null ? ':' : `: in ${toFile}`}`);
        // Past the scrubber on purpose: the token is what the link is for.
        if (file === null) process.stdout.write(`${link}\n`);
        else file.write(`${link}\n`);
      }),
    );
};
