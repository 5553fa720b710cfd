import { dispatchLine } from '../../domain/dispatch-line.ts';
import { instantText } from '../../domain/instant.ts';
import type { CliCommand } from '../command.ts';
import { say, sayJson, table } from '../print.ts';
import { withLedger } from '../with-ledger.ts';

const MOST = 50;

export const list: CliCommand = (group) => {
  group
    .command('list')
    .description('notices to people outside, the newest first, and how far each has come')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  rekey notices list')
    .action(({ json }: { json?: boolean }) =>
      withLedger(async ({ read }) => {
        const rows = [];
        for (const dispatch of await read.dispatches(MOST)) {
          const deliveries = await read.deliveriesOf(dispatch.id);
          const approval = await read.approval(dispatch.approval);
          const waits = approval?.outcome == null ? 'waits for an approval' : approval.outcome;
          rows.push({ ...dispatch, state: deliveries.length === 0 ? waits : dispatchLine(deliveries) });
        }
        if (json) sayJson(rows);
        else if (rows.length === 0) say('Nobody outside was told of anything yet.');
        else
          say(
            table(
              ['notice', 'written', 'incident', 'template', 'state'],
              rows.map((row) => [row.id, instantText(row.createdAt), row.incident ?? '-', row.template, row.state]),
            ),
          );
      }),
    );
};
