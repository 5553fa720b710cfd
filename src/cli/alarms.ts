import type { CliCommand } from './command.ts';
import { minuteOf } from './keys/facts.ts';
import { say, sayJson } from './print.ts';
import { spanMsOf } from './spans.ts';
import { withLedger } from './with-ledger.ts';

const SEVEN_DAYS_MS = 7 * 24 * 3_600_000;

export const alarms: CliCommand = (program) => {
  program
    .command('alarms')
    .description('what people have to look at although nobody asked; exit 1 when there is something')
    .option('--since <span>', 'how far back to look: 7d, 24h', spanMsOf, SEVEN_DAYS_MS)
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  rekey alarms --since 24h')
    .action(({ since, json }: { since: number; json?: boolean }) =>
      withLedger(async ({ read }) => {
        const found = await read.alarmsSince(new Date(Date.now() - since));
        process.exitCode = found.length === 0 ? 0 : 1;
        if (json) sayJson(found.map(({ raisedAt, ...one }) => ({ ...one, raised_at: raisedAt })));
        else if (found.length === 0) say('No alarm.');
        else for (const { raisedAt, kind, sentence } of found) say(`${minuteOf(raisedAt)}  ${kind}  ${sentence}`);
      }),
    );
};
