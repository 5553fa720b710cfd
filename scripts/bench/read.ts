import { openLedger } from '../../src/ledger/ledger.ts';
import { type Compared, compare, median, microsecondsEach } from './measure.ts';

const WEEK_MS = 7 * 24 * 3_600_000;
const TIMES = 200;

/** What expires within a week, asked of a small and of a large ledger that have the same answer. */
export async function benchExpiring(
  { small, large }: { small: string; large: string },
  { now, rounds }: { now: Date; rounds: number },
): Promise<Compared & { answers: number }> {
  const [few, many] = [
    await openLedger({ file: small, now: () => now }),
    await openLedger({ file: large, now: () => now }),
  ];
  const week = new Date(now.getTime() + WEEK_MS);
  const [a, b] = [await few.read.currentExpiringBefore(week), await many.read.currentExpiringBefore(week)];
  if (a.length !== b.length || a.length === 0)
    throw new Error(`${a.length} and ${b.length} keys expire: not comparable`);
  const compared = await compare(
    rounds,
    () => microsecondsEach(TIMES, () => few.read.currentExpiringBefore(week)),
    () => microsecondsEach(TIMES, () => many.read.currentExpiringBefore(week)),
  );
  await few.close();
  await many.close();
  return { ...compared, answers: a.length };
}

/** Milliseconds until a ledger is open and its end was checked. */
export async function benchOpen(file: string, rounds: number): Promise<number> {
  const seen: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const begun = performance.now();
    const ledger = await openLedger({ file, now: () => new Date() });
    const verdict = await ledger.verifyTail();
    seen.push(performance.now() - begun);
    if (!verdict.whole) throw new Error(verdict.why);
    await ledger.close();
  }
  return median(seen);
}

/** Lines of the audit that are recomputed in a second. */
export async function benchAuditVerify(file: string, rounds: number): Promise<number> {
  const ledger = await openLedger({ file, now: () => new Date() });
  const seen: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const begun = performance.now();
    const verdict = await ledger.verifyAudit();
    if (!verdict.whole) throw new Error(verdict.why);
    if (round > 0) seen.push(verdict.entries / ((performance.now() - begun) / 1_000));
  }
  await ledger.close();
  return median(seen);
}
