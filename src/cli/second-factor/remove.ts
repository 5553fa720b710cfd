import { PersonId } from '../../domain/ids.ts';
import { personIn } from '../approvals/person-in.ts';
import { confirmed, givenOrAsked } from '../ask.ts';
import type { CliCommand } from '../command.ts';
import { say } from '../print.ts';
import { readSecret } from '../read-secret.ts';
import { withRekey } from '../with-rekey.ts';

export const remove: CliCommand = (group) => {
  group
    .command('remove')
    .argument('[person]', 'whose; without it, your own')
    .description('take an authenticator app away: your own with a code, of somebody else when you may administer')
    .option('--because <reason>', 'why; the team and the person read it')
    .option('--yes', 'do not ask')
    .addHelpText('after', '\nExample:\n  rekey second-factor remove alice --because "her phone was stolen" --yes')
    .action((name: string | undefined, wanted: { because?: string; yes?: boolean }) =>
      withRekey(async ({ secondFactors, origin, actor }) => {
        const own = personIn(actor);
        const person = name === undefined ? own : PersonId.parse(name);
        const reason = await givenOrAsked(wanted.because, { option: '--because', question: 'Why?' });
        await confirmed(`${person} can decide nothing that needs a code until there is another app. Go on?`, wanted);
        const expected = 'a code of your app, or a recovery code, on standard input';
        const code = person === own ? await readSecret('A code of your app, or a recovery code', expected) : null;
        await secondFactors.remove({ ...origin(), person, reason, ...(code && { code }) });
        say(`The authenticator app of ${person} is removed; the team and ${person} are told.`);
      }),
    );
};
