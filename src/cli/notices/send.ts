import { givenOrAsked } from '../ask.ts';
import type { CliCommand } from '../command.ts';
import { say, sayJson } from '../print.ts';
import { withRekey } from '../with-rekey.ts';
import { noticeInputs, type WantedNotice, withNoticeOptions } from './wanted.ts';

interface Wanted extends WantedNotice {
  because?: string;
  json?: boolean;
}

export const send: CliCommand = (group) => {
  withNoticeOptions(
    group
      .command('send')
      .argument('<key>', 'its name, its id, the public id inside it, or its fingerprint')
      .description('tell people outside of a key, once somebody else has approved the text'),
  )
    .option('--because <reason>', 'why; it stands in the audit and on what people are asked')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExample:\n  rekey notices send payments-prod --to contact:partner --data "No data was at risk." --because "they call us every day"',
    )
    .action((key: string, { because, json, ...wanted }: Wanted) =>
      withRekey(async ({ deliveries, origin }) => {
        const inputs = await noticeInputs(wanted);
        const reason = await givenOrAsked(because, { option: '--because', question: 'Why?' });
        const told = { to: wanted.to, dataIntegrity: inputs.data_integrity ?? '', template: wanted.template ?? null };
        const begun = await deliveries.tellOfKey({ ...origin(), key, ...told, reason });
        if (json) sayJson(begun);
        else
          say(
            `${begun.run} writes the notice; nothing leaves before somebody else approves it: rekey runs show ${begun.run}`,
          );
      }),
    );
};
