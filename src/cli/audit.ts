import { openLedger } from '../ledger/ledger.ts';
import type { CliCommand } from './command.ts';
import { configHere } from './config-here.ts';
import { say, sayJson } from './print.ts';

export const audit: CliCommand = (program) => {
  const group = program.command('audit').description('the record of what happened');
  group
    .command('verify')
    .description('recompute the chain over every line and compare its end; exit 1 when it is not whole')
    .option('--json', 'print one JSON object')
    .action(async ({ json }: { json?: boolean }) => {
      const ledger = await openLedger({ file: configHere().ledgerFile, now: () => new Date() });
      try {
        const verdict = await ledger.verifyAudit();
        if (json) sayJson(verdict);
        else if (verdict.whole) say(`The audit is whole: ${verdict.entries} lines, head ${verdict.head.slice(0, 16)}…`);
        else say(`The audit is NOT whole: ${verdict.why}. Lines before it (${verdict.entries}) hold.`);
        process.exitCode = verdict.whole ? 0 : 1;
      } finally {
        await ledger.close();
      }
    });
};
