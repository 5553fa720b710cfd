import { type Compliance, complianceOf, type MaxAgeOf, oldestAllowed } from '../../domain/compliance.ts';
import { type Key, KeyClass } from '../../domain/key.ts';
import type { LedgerReader } from '../../ledger/reader.ts';

/** Which keys are older than their class allows; what is asked of the ledger are those keys only. */
export async function complianceNow(
  read: Pick<LedgerReader, 'currentOlderThan' | 'keyCounts'>,
  { maxAgeOf, now }: { maxAgeOf: MaxAgeOf; now: Date },
): Promise<Compliance> {
  const older: Key[] = [];
  for (const keyClass of KeyClass.options) {
    const days = maxAgeOf(keyClass);
    if (days !== null) older.push(...(await read.currentOlderThan(keyClass, oldestAllowed(days, now))));
  }
  return complianceOf(older, { counts: await read.keyCounts(), maxAgeOf, now });
}
