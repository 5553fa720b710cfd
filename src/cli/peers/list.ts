import type { CliCommand } from '../command.ts';
import { say, sayJson, table } from '../print.ts';
import { withLedger } from '../with-ledger.ts';

export const list: CliCommand = (group) => {
  group
    .command('list')
    .description('everybody who trusts a key of ours: contact, connection, and which keys')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  rekey peers list')
    .action(({ json }: { json?: boolean }) =>
      withLedger(async ({ read }) => {
        const peers = await read.peers();
        if (json) return sayJson(peers);
        if (peers.length === 0) return say('No peer is registered. Type: rekey peers add');
        const rows = peers.map((peer) => [peer.name, peer.contact, peer.connection ?? '-', peer.pins.join(', ')]);
        say(table(['peer', 'contact', 'connection', 'pins'], rows));
      }),
    );
};
