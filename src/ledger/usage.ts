import type { KeyId } from '../domain/ids.ts';
import { stored } from './codec.ts';
import type { LedgerDb } from './open.ts';

export interface UsageCount {
  key: KeyId;
  caller: string;
  at: Date;
  accepted: number;
  rejected: number;
}

/**
 * Adds to the counters of these keys, callers and minutes: all of them or none, in one commit. Counts are observations, not changes: they
 * carry no audit line.
 */
export async function countUsage(db: LedgerDb, counts: readonly UsageCount[]): Promise<void> {
  if (counts.length === 0) return;
  await db
    .insertInto('usage')
    .values(counts.map(({ key, at, ...count }) => ({ key_id: key, minute: minuteOf(at), ...count })))
    .onConflict((conflict) =>
      conflict.columns(['key_id', 'caller', 'minute']).doUpdateSet((eb) => ({
        accepted: eb('usage.accepted', '+', eb.ref('excluded.accepted')),
        rejected: eb('usage.rejected', '+', eb.ref('excluded.rejected')),
      })),
    )
    .execute();
}

function minuteOf(at: Date): string {
  return stored(new Date(Math.floor(at.getTime() / 60_000) * 60_000));
}
