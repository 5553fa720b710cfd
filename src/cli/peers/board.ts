import { Option } from 'commander';
import { type Key, nameOf } from '../../domain/key.ts';
import { boardLine, PEER_STATES, type PeerBoard, PeerState, standing } from '../../domain/peer.ts';
import { versionAwaited } from '../../engine/peers/progress.ts';
import { boardNow } from '../../steps/board.ts';
import type { CliCommand } from '../command.ts';
import { say, sayJson, table } from '../print.ts';
import { withLedger } from '../with-ledger.ts';

export const board: CliCommand = (group) => {
  group
    .command('board')
    .argument('<key>', 'its name, its id, the public id inside it, or its fingerprint')
    .description('the re-pin board: how far each peer has come with this version of a key')
    .addOption(new Option('--state <state>', 'what they should have reached').choices(PEER_STATES).default('pinned'))
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  rekey peers board node-identity')
    .action((name: string, { state, json }: { state: string; json?: boolean }) =>
      withLedger(async ({ read }) => {
        const key = await versionAwaited(read, name);
        const found = await boardNow(read, key);
        if (json) sayJson({ ...found, key: nameOf(key), line: boardLine(found, PeerState.parse(state)) });
        else tell(key, found, PeerState.parse(state));
      }),
    );
};

function tell(key: Key, found: PeerBoard, state: PeerState): void {
  if (found.rows.length === 0) {
    say(`No peer pins ${key.slug}. Type: rekey peers add <peer> --pins ${key.slug}`);
    return;
  }
  say(`${nameOf(key)}: ${boardLine(found, state)}\n`);
  const rows = found.rows.map((row) => [row.peer.name, row.peer.contact, standing(row), row.evidence ?? '-']);
  say(table(['peer', 'contact', 'stands at', 'evidence'], rows));
}
