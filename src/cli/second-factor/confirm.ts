import type { CliCommand } from '../command.ts';
import { say } from '../print.ts';
import { readSecret } from '../read-secret.ts';
import { withRekey } from '../with-rekey.ts';
import { placeFor, showRecoveryCodes } from './shown-once.ts';

export const confirm: CliCommand = (group) => {
  group
    .command('confirm')
    .description('give the first code of an app that was set up with --to-file; from then on it counts')
    .option('--codes-to <file>', 'write the recovery codes to a new file that only you can read')
    .addHelpText('after', '\nExample:\n  rekey second-factor confirm --codes-to /media/usb/rekey-recovery')
    .action(({ codesTo }: { codesTo?: string }) =>
      withRekey(async ({ secondFactors, origin }) => {
        const file = placeFor(codesTo, { option: '--codes-to' });
        try {
          const expected = 'the six digits that the app shows now on standard input';
          const code = await readSecret('The six digits that the app shows now', expected);
          const confirmed = await secondFactors.confirm({ ...origin(), code });
          showRecoveryCodes(confirmed, file);
        } catch (error) {
          file?.giveBack();
          throw error;
        }
        say('The app works; its codes count from now on.');
        if (file !== null) say(`Ten recovery codes are in ${codesTo}; keep them where the phone is not.`);
      }),
    );
};
