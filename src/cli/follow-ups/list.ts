import { isOverdue } from '../../domain/follow-up.ts';
import { IncidentId } from '../../domain/ids.ts';
import type { CliCommand } from '../command.ts';
import { say, sayJson, table } from '../print.ts';
import { withLedger } from '../with-ledger.ts';

interface Wanted {
  incident?: string;
  overdue?: boolean;
  json?: boolean;
}

export const list: CliCommand = (group) => {
  group
    .command('list')
    .description('open follow-ups, the one that is due first comes first; exit 1 when one is overdue')
    .option('--incident <id>', 'of this incident, the ones that are over too')
    .option('--overdue', 'only those whose date has passed')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  rekey follow-ups list --overdue')
    .action(({ incident, overdue, json }: Wanted) =>
      withLedger(async ({ read }) => {
        const now = new Date();
        const all =
          incident === undefined ? await read.openFollowUps() : await read.followUpsOf(IncidentId.parse(incident));
        const found = all.filter((one) => overdue !== true || isOverdue(one, now));
        process.exitCode = found.some((one) => isOverdue(one, now)) ? 1 : 0;
        if (json) return sayJson(found);
        if (found.length === 0) return say('Nothing is open.');
        const rows = found.map((one) => [
          one.id,
          one.incident,
          one.owner,
          one.dueAt.toISOString().slice(0, 10),
          one.ended?.how ?? (isOverdue(one, now) ? 'OVERDUE' : 'open'),
          one.what,
        ]);
        say(table(['follow-up', 'incident', 'owner', 'due', 'state', 'what'], rows));
      }),
    );
};
