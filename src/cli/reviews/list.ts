import { openItems } from '../../domain/review.ts';
import type { CliCommand } from '../command.ts';
import { say, sayJson, table } from '../print.ts';
import { withLedger } from '../with-ledger.ts';

const MOST = 200;

export const list: CliCommand = (group) => {
  group
    .command('list')
    .description('reviews, newest first; exit 1 when one is not finished')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  rekey reviews list')
    .action(({ json }: { json?: boolean }) =>
      withLedger(async ({ read }) => {
        const found = await read.reviews(MOST);
        process.exitCode = found.some(({ finishedAt }) => finishedAt === null) ? 1 : 0;
        if (json) return sayJson(found);
        if (found.length === 0) return say('No review was held. `reviews` in policy.yaml switches them on.');
        const rows = found.map((review) => [
          review.id,
          review.openedAt.toISOString().slice(0, 10),
          review.finishedAt === null
            ? `${openItems(review).length} of ${review.items.length} open`
            : `finished ${review.finishedAt.toISOString().slice(0, 10)}`,
          [...new Set(review.ticks.map(({ by }) => by))].join(', ') || '-',
        ]);
        say(table(['review', 'opened', 'state', 'looked at by'], rows));
      }),
    );
};
