import { healthOf } from '../../domain/key.ts';
import { type KeyStats, keyStats } from '../../domain/key-stats.ts';
import type { LedgerReader } from '../../ledger/reader.ts';

const DAY_MS = 24 * 3_600_000;
// More open rotations than this are not worth a figure of their own.
const MOST_OPEN = 10_000;

type Reader = Pick<LedgerReader, 'currentExpiringBefore' | 'keyCounts' | 'rotationsEndedSince' | 'openRotations'>;

export async function statsNow(read: Reader, now: Date): Promise<KeyStats> {
  const ending = await read.currentExpiringBefore(new Date(now.getTime() + 7 * DAY_MS));
  const expired = ending.filter((key) => healthOf(key, now) === 'expired').length;
  return keyStats({
    counts: await read.keyCounts(),
    expired,
    expiring: ending.length - expired,
    ended: await read.rotationsEndedSince(new Date(now.getTime() - 30 * DAY_MS)),
    open: (await read.openRotations(MOST_OPEN)).length,
  });
}
