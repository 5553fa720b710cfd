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

export const change: CliCommand = (group) => {
  group
    .command('change')
    .argument('<peer>', 'its name')
    .description('change who looks after a peer, how it is asked, or which keys it trusts')
    .option('--contact <who>', 'a person or group:<name> of policy.yaml, or an e-mail address')
    .option('--pins <keys>', 'all the keys that it trusts, with commas between', listOf)
    .option('--connection <name>', 'a connection of connections.yaml; "none" takes it away')
    .option('--because <reason>', 'why; it stands in the audit')
    .addHelpText('after', '\nExample:\n  rekey peers change node-b --contact group:oncall --because "we run it now"')
    .action((peer: string, { contact, connection, pins, because }: Wanted) =>
      withRekey(async ({ peers, origin }) => {
        const reason = await givenOrAsked(because, { option: '--because', question: 'Why?' });
        const changed = {
          ...(contact === undefined ? {} : { contact }),
          ...(connection === undefined ? {} : { connection: connection === 'none' ? null : connection }),
          ...(pins === undefined ? {} : { pins }),
        };
        await peers.change({ ...origin(), peer, change: changed, reason });
        say(`${peer} is changed.`);
      }),
    );
};
