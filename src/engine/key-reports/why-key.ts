import { type Diagnosis, diagnose } from '../../domain/diagnosis.ts';
import type { Key } from '../../domain/key.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { verdictOn } from '../../providers/verify-key.ts';

const DAY_MS = 24 * 3_600_000;

/** Why this key is rejected, or why it should not be, as the ledger knows it now. */
export async function diagnosisOf(
  read: Pick<LedgerReader, 'versionsOf' | 'usageOf'>,
  { key, now }: { key: Key; now: Date },
): Promise<Diagnosis> {
  const versions = (await read.versionsOf(key.slug)).map((one) => ({ key: one, verdict: verdictOn(one, now) }));
  const calls = new Map<string, { caller: string; accepted: number; rejected: number }>();
  for (const { caller, accepted, rejected } of await read.usageOf(key.id, new Date(now.getTime() - DAY_MS))) {
    const sum = calls.get(caller) ?? { caller, accepted: 0, rejected: 0 };
    calls.set(caller, { caller, accepted: sum.accepted + accepted, rejected: sum.rejected + rejected });
  }
  return diagnose({ key, verdict: verdictOn(key, now), versions, calls: [...calls.values()] });
}
