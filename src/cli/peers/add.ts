import { givenOrAsked } from '../ask.ts';
import type { CliCommand } from '../command.ts';
import { say } from '../print.ts';
import { withRekey } from '../with-rekey.ts';
import { listOf } from './list-option.ts';

interface Wanted {
  contact?: string;
  connection?: string;
  pins?: string[];
  because?: string;
}

export const add: CliCommand = (group) => {
  group
    .command('add')
    .argument('<peer>', 'what people call it, such as node-b')
    .description('register somebody who trusts one of our keys')
    .option('--contact <who>', 'a person or group:<name> of policy.yaml, or an e-mail address')
    .option('--pins <keys>', 'the keys that it trusts, by name, with commas between', listOf)
    .option('--connection <name>', 'the connection of connections.yaml that its endpoint is asked over')
    .option('--because <reason>', 'why; it stands in the audit')
    .addHelpText(
      'after',
      '\nExample:\n  rekey peers add node-b --contact ops@node-b.example --pins node-identity --because "joined the federation"',
    )
    .action((peer: string, wanted: Wanted) =>
      withRekey(async ({ peers, origin }) => {
        const contact = await givenOrAsked(wanted.contact, { option: '--contact', question: 'Who looks after it?' });
        const pins =
          wanted.pins ?? listOf(await givenOrAsked(undefined, { option: '--pins', question: 'Which keys?' }));
        const reason = await givenOrAsked(wanted.because, { option: '--because', question: 'Why?' });
        await peers.add({ ...origin(), peer, contact, pins, connection: wanted.connection ?? null, reason });
        say(`${peer} is registered; it is told when one of its keys is replaced.`);
      }),
    );
};
