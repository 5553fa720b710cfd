import { nameOf } from '../../domain/key.ts';
import { deadCallers } from '../../engine/key-reports/dead-callers.ts';
import type { CliCommand } from '../command.ts';
import { say, sayJson, table } from '../print.ts';
import { spanMsOf } from '../spans.ts';
import { withLedger } from '../with-ledger.ts';
import { minuteOf } from './facts.ts';

const SEVEN_DAYS_MS = 7 * 24 * 3_600_000;

export const zombies: CliCommand = (group) => {
  group
    .command('zombies')
    .description('who still calls with keys that are dead; exit 1 when somebody does')
    .option('--since <span>', 'how far back to look: 7d, 24h', spanMsOf, SEVEN_DAYS_MS)
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  rekey keys zombies --since 24h')
    .action(({ since, json }: { since: number; json?: boolean }) =>
      withLedger(async ({ read }) => {
        const found = await deadCallers(read, new Date(Date.now() - since));
        process.exitCode = found.length === 0 ? 0 : 1;
        if (json)
          return sayJson(
            found.map(({ key, caller, accepted, rejected, lastAt }) => {
              const { slug, version, state, service, environment } = key;
              return { slug, version, state, service, environment, caller, accepted, rejected, last_at: lastAt };
            }),
          );
        if (found.length === 0) return say('Nobody calls with a dead key.');
        const rows = found.map(({ key, caller, accepted, rejected, lastAt }) => [
          nameOf(key),
          key.state,
          caller,
          String(rejected),
          String(accepted),
          minuteOf(lastAt),
        ]);
        return say(table(['dead key', 'state', 'caller', 'rejected', 'accepted', 'last (UTC)'], rows));
      }),
    );
};
