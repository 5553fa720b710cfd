import { nameOf } from '../../domain/key.ts';
import { diagnosisOf } from '../../engine/key-reports/why-key.ts';
import { findKey } from '../../engine/which-key.ts';
import type { CliCommand } from '../command.ts';
import { say, sayJson } from '../print.ts';
import { withLedger } from '../with-ledger.ts';

export const why: CliCommand = (group) => {
  group
    .command('why')
    .argument('<key>', 'its name, its id, the public id inside it, or its fingerprint')
    .description('why is this key rejected, and what to do about it; exit 1 when the ledger rejects it')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  rekey keys why payments-prod')
    .action((name: string, { json }: { json?: boolean }) =>
      withLedger(async ({ read }) => {
        const key = await findKey(read, name);
        const found = await diagnosisOf(read, { key, now: new Date() });
        process.exitCode = found.accepted ? 0 : 1;
        if (json) return sayJson({ key: nameOf(key), ...found });
        say(found.cause);
        for (const one of found.todo) say(`  → ${one}`);
        say('\nlooked at');
        for (const { question, ok, evidence } of found.checks) say(`  ${mark(ok)} ${question} ${evidence}`);
      }),
    );
};

function mark(ok: boolean | null): string {
  if (ok === null) return '?';
  return ok ? '✓' : '✗';
}
