import { type Diagnosis, diagnose } from '../../domain/diagnosis.ts';
import { nameOf } from '../../domain/key.ts';
import { findKey } from '../../engine/which-key.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { verdictOn } from '../../providers/verify-key.ts';
import type { CliCommand } from '../command.ts';
import { say, sayJson } from '../print.ts';
import { withLedger } from '../with-ledger.ts';

const DAY_MS = 24 * 3_600_000;

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

async function diagnosisOf(
  read: LedgerReader,
  { key, now }: { key: Awaited<ReturnType<typeof findKey>>; now: Date },
): Promise<Diagnosis> {
  const versions = (await read.versionsOf(key.slug)).map((one) => ({ key: one, verdict: verdictOn(one, now) }));
  const calls = new Map<string, { caller: string; accepted: number; rejected: number }>();
  for (const { caller, accepted, rejected } of await read.usageOf(key.id, new Date(now.getTime() - DAY_MS))) {
    const sum = calls.get(caller) ?? { caller, accepted: 0, rejected: 0 };
    calls.set(caller, { caller, accepted: sum.accepted + accepted, rejected: sum.rejected + rejected });
  }
  return diagnose({ key, verdict: verdictOn(key, now), versions, calls: [...calls.values()] });
}

function mark(ok: boolean | null): string {
  if (ok === null) return '?';
  return ok ? '✓' : '✗';
}
