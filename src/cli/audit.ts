import type { CliCommand } from './command.ts';
import { counted, say, sayJson } from './print.ts';
import { withLedger } from './with-ledger.ts';

export const audit: CliCommand = (program) => {
  const group = program.command('audit').description('the record of what happened');
  group
    .command('verify')
    .description('recompute the chain over every line and compare its end; exit 1 when it is not whole')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  rekey audit verify && echo "nobody changed a line"')
    .action(async ({ json }: { json?: boolean }) => {
      const verdict = await withLedger((ledger) => ledger.verifyAudit());
      const lines = counted(verdict.entries, 'line');
      if (json) sayJson(verdict);
      else if (verdict.whole) say(`The audit is whole: ${lines}, head ${verdict.head.slice(0, 16)}…`);
      else say(`The audit is NOT whole: ${verdict.why}. What comes before (${lines}) holds.`);
      process.exitCode = verdict.whole ? 0 : 1;
    });
};
