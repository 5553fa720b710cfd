import { personIn } from '../approvals/person-in.ts';
import type { CliCommand } from '../command.ts';
import { readSecret } from '../read-secret.ts';
import { withRekey } from '../with-rekey.ts';
import { begin } from './begin.ts';

const HELP = `
Whoever has an app already gives a code of it first; until the new one has shown its first code, the old one counts.
Without an account on this machine: an administrator makes a link for you, see rekey second-factor invite.

Example:
  rekey second-factor enrol`;

export const enrol: CliCommand = (group) => {
  group
    .command('enrol')
    .description('set up your authenticator app, or move it to another phone; shown on a terminal only')
    .option('--to-file <file>', 'write what the app needs to a new file that only you can read, and confirm later')
    .addHelpText('after', HELP)
    .action(({ toFile }: { toFile?: string }) =>
      withRekey((rekey) =>
        begin(rekey, {
          toFile,
          code: async () => {
            const { stepUp } = rekey.deps;
            if (!(await stepUp.isEnrolled(personIn(rekey.actor)))) return null;
            return readSecret('The code that the app shows which you have now', EXPECTED);
          },
        }),
      ),
    );
};

const EXPECTED = 'a code of the app that you have now on standard input';
