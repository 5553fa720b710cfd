import { spanText } from '../../domain/duration.ts';
import { nameOf } from '../../domain/key.ts';
import type { CliCommand } from '../command.ts';
import { say, sayJson, table } from '../print.ts';
import { spanMsOf } from '../spans.ts';
import { withLedger } from '../with-ledger.ts';
import { minuteOf, rowOf } from './facts.ts';

interface Wanted {
  within: number;
  service?: string;
  env?: string;
  json?: boolean;
}

const THIRTY_DAYS_MS = 30 * 24 * 3_600_000;

export const expiring: CliCommand = (group) => {
  group
    .command('expiring')
    .description('keys whose time is over or soon will be, soonest first')
    .option('--within <span>', 'how far to look: 30d, 48h, 2w', spanMsOf, THIRTY_DAYS_MS)
    .option('--service <name>', 'only keys of this service')
    .option('--env <name>', 'only keys of this environment')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  rekey keys expiring --within 14d')
    .action(({ within, service, env, json }: Wanted) =>
      withLedger(async ({ read }) => {
        const now = new Date();
        const filter = { ...(service && { service }), ...(env && { environment: env }) };
        const found = await read.currentExpiringBefore(new Date(now.getTime() + within), filter);
        if (json) return sayJson(found.map(rowOf));
        if (found.length === 0) return say(`No key expires within ${spanText(within)}.`);
        const rows = found.map((key) => {
          const leftMs = (key.expiresAt ?? now).getTime() - now.getTime();
          const left = leftMs > 0 ? `in ${spanText(leftMs)}` : `${spanText(-leftMs)} ago`;
          return [
            nameOf(key),
            minuteOf(key.expiresAt ?? now),
            left,
            key.service,
            key.environment,
            key.owner ?? 'no owner',
          ];
        });
        return say(table(['key', 'expires (UTC)', '', 'service', 'environment', 'owner'], rows));
      }),
    );
};
