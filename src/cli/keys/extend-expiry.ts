import { PersonId } from '../../domain/ids.ts';
import { nameOf } from '../../domain/key.ts';
import { givenOrAsked } from '../ask.ts';
import type { CliCommand } from '../command.ts';
import { say, sayJson } from '../print.ts';
import { instantOf } from '../spans.ts';
import { withRekey } from '../with-rekey.ts';
import { factsOf, minuteOf } from './facts.ts';

interface Wanted {
  to: Date;
  approvedBy?: string;
  because?: string;
  json?: boolean;
}

export const extendExpiry: CliCommand = (group) => {
  group
    .command('extend-expiry')
    .argument('<key>', 'its name, its id, the public id inside it, or its fingerprint')
    .description(
      'let a key live longer, before it expires, at most twice, and never without naming a second person who agreed',
    )
    .requiredOption('--to <time>', 'until when: 2027-05-20, 2027-05-20T14:00+02:00', instantOf)
    .option(
      '--approved-by <person>',
      'who agreed, as you state it; somebody else than you, who is told that you said so',
    )
    .option('--because <reason>', 'why; it stands in the history of the key')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExample:\n  rekey keys extend-expiry partner-acme --to 2027-06-01 --approved-by bob --because "Acme deploys in May"',
    )
    .action((key: string, { to, approvedBy, because, json }: Wanted) =>
      withRekey(async ({ keys, origin }) => {
        const who = await givenOrAsked(approvedBy, { option: '--approved-by', question: 'Who agreed?' });
        const reason = await givenOrAsked(because, { option: '--because', question: 'Why?' });
        const request = { ...origin(), key, reason, expiresAt: to, approvedBy: PersonId.parse(who) };
        const after = await keys.extendExpiry(request);
        if (json) sayJson(factsOf(after));
        else say(`${nameOf(after)} expires ${minuteOf(after.expiresAt ?? to)} UTC now.`);
      }),
    );
};
