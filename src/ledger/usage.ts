import type { KeyId } from '../domain/ids.ts';
import { stored } from './codec.ts';
import type { LedgerDb } from './open.ts';

export interface UsageCount {
  caller: string;
  at: Date;
  accepted: number;
  rejected: number;
}

/** Adds to the counters of this key, caller and minute. Counts are observations, not changes: they carry no audit line. */
export async function countUsage(
  db: LedgerDb,
  key: KeyId,
  { caller, at, accepted, rejected }: UsageCount,
): Promise<void> {
  const minute = stored(new Date(Math.floor(at.getTime() / 60_000) * 60_000));
  await db
    .insertInto('usage')
    .values({ key_id: key, caller, minute, accepted, rejected })
    .onConflict((conflict) =>
      conflict.columns(['key_id', 'caller', 'minute']).doUpdateSet((eb) => ({
        accepted: eb('usage.accepted', '+', accepted),
        rejected: eb('usage.rejected', '+', rejected),
      })),
    )
    .execute();
}
