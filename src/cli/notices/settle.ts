import { DeliveryId } from '../../domain/dispatch.ts';
import { Refusal } from '../../errors.ts';
import { givenOrAsked } from '../ask.ts';
import type { CliCommand } from '../command.ts';
import { say } from '../print.ts';
import { withRekey } from '../with-rekey.ts';

interface Wanted {
  again?: boolean;
  arrived?: boolean;
  because?: string;
}

export const settle: CliCommand = (group) => {
  group
    .command('settle')
    .argument('<delivery>', 'its id, such as dlv-4k9x2m7qpd')
    .description('a notice that bounced, was given up or is in doubt: send it again, or say that it arrived')
    .option('--again', 'send it again, to the same address, word for word as approved')
    .option('--arrived', 'they have it')
    .option('--because <reason>', 'how you know, or what was mended')
    .addHelpText('after', '\nExample:\n  rekey notices settle dlv-4k9x2m7qpd --again --because "their mailbox is back"')
    .action((id: string, { again = false, arrived = false, because }: Wanted) =>
      withRekey(async ({ deliveries, origin }) => {
        if (again === arrived) throw new Refusal('bad_options', 'Say one of --again and --arrived.');
        const reason = await givenOrAsked(because, { option: '--because', question: 'How do you know?' });
        await deliveries.settle({ ...origin(), delivery: DeliveryId.parse(id), arrived, reason });
        say(arrived ? 'Recorded: they have it.' : 'It is sent again by the running `rekey serve`.');
      }),
    );
};
