import { personIn } from '../approvals/person-in.ts';
import type { CliCommand } from '../command.ts';
import { counted, say } from '../print.ts';
import { readSecret } from '../read-secret.ts';
import { withRekey } from '../with-rekey.ts';
import { begin } from './begin.ts';

const HELP = `
A recovery code also stands in for the code of the app wherever one is asked for, in Slack and here, one time each.
This uses one to set up another app, with ten new recovery codes.

Example:
  rekey second-factor recover`;

export const recover: CliCommand = (group) => {
  group
    .command('recover')
    .description('set up another authenticator app when the phone is gone, with one of your recovery codes')
    .option('--to-file <file>', 'write what the app needs to a new file that only you can read, and confirm later')
    .addHelpText('after', HELP)
    .action(({ toFile }: { toFile?: string }) =>
      withRekey(async (rekey) => {
        await begin(rekey, {
          toFile,
          code: () => readSecret('One of your recovery codes', 'one of your recovery codes on standard input'),
        });
        const { read } = rekey.deps.ledger;
        const factor = await read.secondFactorOf(personIn(rekey.actor));
        const left = factor === null ? 0 : (await read.recoveryCodesOf(factor.id)).length;
        say(`${counted(left, 'recovery code')} left.`);
      }),
    );
};
