import { DispatchId } from '../../domain/dispatch.ts';
import { givenOrAsked } from '../ask.ts';
import type { CliCommand } from '../command.ts';
import { say } from '../print.ts';
import { withRekey } from '../with-rekey.ts';

export const withdraw: CliCommand = (group) => {
  group
    .command('withdraw')
    .argument('<notice>', 'its id, such as dsp-4k9x2m7qpd')
    .description('stop an approved notice: what of it has not left yet never does')
    .option('--because <reason>', 'why')
    .addHelpText('after', '\nExample:\n  rekey notices withdraw dsp-4k9x2m7qpd --because "it names the wrong key"')
    .action((id: string, { because }: { because?: string }) =>
      withRekey(async ({ deliveries, origin }) => {
        const reason = await givenOrAsked(because, { option: '--because', question: 'Why?' });
        const stopped = await deliveries.withdraw({ ...origin(), dispatch: DispatchId.parse(id), reason });
        say(`Withdrawn before it left: ${stopped}.`);
      }),
    );
};
