import { readFile } from 'node:fs/promises';
import { Refusal, sentenceOf } from '../errors.ts';
import { checkBundle, describeChecks } from './audit/check-bundle.ts';
import type { CliCommand } from './command.ts';
import { counted, say, sayJson } from './print.ts';
import { withLedger } from './with-ledger.ts';

interface Wanted {
  bundle?: string;
  json?: boolean;
}

export const audit: CliCommand = (program) => {
  const group = program.command('audit').description('the record of what happened');
  group
    .command('verify')
    .description('recompute the chain over every line and compare its end; exit 1 when it is not whole')
    .option('--bundle <file>', 'check a file of evidence instead (rekey keys evidence); no ledger is needed')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  rekey audit verify && echo "nobody changed a line"')
    .action((wanted: Wanted) =>
      wanted.bundle === undefined ? verifyLedger(wanted) : verifyBundle(wanted.bundle, wanted),
    );
};

async function verifyLedger({ json }: Wanted): Promise<void> {
  const verdict = await withLedger((ledger) => ledger.verifyAudit());
  const lines = counted(verdict.entries, 'line');
  if (json) sayJson(verdict);
  else if (verdict.whole) say(`The audit is whole: ${lines}, head ${verdict.head.slice(0, 16)}…`);
  else say(`The audit is NOT whole: ${verdict.why}. What comes before (${lines}) holds.`);
  process.exitCode = verdict.whole ? 0 : 1;
}

async function verifyBundle(file: string, { json }: Wanted): Promise<void> {
  const html = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new Refusal('no_bundle', `Cannot read ${file}: ${sentenceOf(cause)}.`, { cause });
  });
  const checks = checkBundle(html);
  const ok = checks.every((check) => check.ok);
  if (json) sayJson({ ok, checks });
  else say(`${describeChecks(checks)}\n${ok ? 'The evidence holds.' : 'The evidence does NOT hold.'}`);
  process.exitCode = ok ? 0 : 1;
}
