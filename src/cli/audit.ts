import { readFile } from 'node:fs/promises';
import { Refusal, sentenceOf } from '../errors.ts';
import { checkpointLine, signCheckpoint, verifyAgainst } from '../ledger/checkpoint.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { openCheckpointSigner } from '../providers/checkpoint-key.ts';
import { checkBundle, describeChecks } from './audit/check-bundle.ts';
import type { CliCommand } from './command.ts';
import { writeNewFile } from './new-file.ts';
import { counted, say, sayJson } from './print.ts';
import { withLedger } from './with-ledger.ts';
import { withRekey } from './with-rekey.ts';

interface Wanted {
  anchor?: string;
  signer?: string;
  bundle?: string;
  json?: boolean;
}

export const audit: CliCommand = (program) => {
  const group = program.command('audit').description('the record of what happened');
  group
    .command('verify')
    .description('recompute the chain over every line and compare its end; exit 1 when it is not whole')
    .option('--anchor <file>', 'also hold it against a signed checkpoint that was kept elsewhere')
    .option('--signer <hex>', 'with --anchor: who has to have signed it')
    .option('--bundle <file>', 'check a file of evidence instead (rekey keys evidence); no ledger is needed')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  rekey audit verify && echo "nobody changed a line"')
    .action((wanted: Wanted) =>
      wanted.bundle === undefined ? verifyLedger(wanted) : verifyBundle(wanted.bundle, wanted),
    );
  group
    .command('checkpoint')
    .description('sign where the audit ends; kept elsewhere, it is what nobody who owns this machine can write anew')
    .option('--out <file>', 'write it to a new file instead of printing it')
    .addHelpText('after', '\nExample:\n  rekey audit checkpoint | ssh vault "cat > rekey-$(date +%F).json"')
    .action(({ out }: { out?: string }) =>
      withRekey(async ({ deps, config, actor }) => {
        const signer = openCheckpointSigner(config.keysDir);
        const line = checkpointLine(
          await signCheckpoint(deps.ledger, signer, { at: deps.now(), actor, channel: 'cli' }),
        );
        if (out === undefined) return void process.stdout.write(line);
        writeNewFile(out, line);
        return say(`Wrote ${out}. Keep it where nobody of this machine can change it.`);
      }),
    );
};

async function verifyLedger(wanted: Wanted): Promise<void> {
  const verdict = await withLedger((ledger) => verdictOn(ledger, wanted));
  const lines = counted(verdict.entries, 'line');
  if (wanted.json) sayJson(verdict);
  else if (verdict.whole) say(`The audit is whole: ${lines}, head ${verdict.head.slice(0, 16)}…`);
  else say(`The audit is NOT whole: ${verdict.why}. What comes before (${lines}) holds.`);
  process.exitCode = verdict.whole ? 0 : 1;
}

async function verdictOn(ledger: Ledger, { anchor, signer }: Wanted) {
  const progress = { onProgress: showLines };
  if (anchor === undefined) return ledger.verifyAudit(progress);
  return verifyAgainst(ledger, { text: await textOf(anchor), trusted: signer ?? null }, progress);
}

function showLines(lines: number, of: number): void {
  if (process.stderr.isTTY && of > 10_000) process.stderr.write(`\r${lines} of ${of} lines${lines === of ? '\n' : ''}`);
}

async function verifyBundle(file: string, { json }: Wanted): Promise<void> {
  const checks = checkBundle(await textOf(file));
  const ok = checks.every((check) => check.ok);
  if (json) sayJson({ ok, checks });
  else say(`${describeChecks(checks)}\n${ok ? 'The evidence holds.' : 'The evidence does NOT hold.'}`);
  process.exitCode = ok ? 0 : 1;
}

function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: unknown) => {
    throw new Refusal('no_such_file', `Cannot read ${file}: ${sentenceOf(cause)}.`, { cause });
  });
}
