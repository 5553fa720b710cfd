import { confirmed, givenOrAsked } from '../ask.ts';
import type { CliCommand } from '../command.ts';
import { say } from '../print.ts';
import { withRekey } from '../with-rekey.ts';

export const remove: CliCommand = (group) => {
  group
    .command('remove')
    .argument('<peer>', 'its name')
    .description('forget a peer that trusts none of our keys any more; what it did stays in the audit')
    .option('--because <reason>', 'why; it stands in the audit')
    .option('--yes', 'do not ask')
    .addHelpText('after', '\nExample:\n  rekey peers remove node-b --because "left the federation" --yes')
    .action((peer: string, wanted: { because?: string; yes?: boolean }) =>
      withRekey(async ({ peers, origin }) => {
        const reason = await givenOrAsked(wanted.because, { option: '--because', question: 'Why?' });
        await confirmed(`${peer} will not be told of new keys any more. Go on?`, wanted);
        await peers.remove({ ...origin(), peer, reason });
        say(`${peer} is removed.`);
      }),
    );
};
