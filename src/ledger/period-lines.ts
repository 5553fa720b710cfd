import { stored } from './codec.ts';
import type { LedgerDb } from './open.ts';

// The clocks of several machines differ, and are put right by a little now and then.
const UNEVEN_MS = 24 * 3_600_000;

/**
 * The lines of the audit from an instant up to another. They are written in the order of time and have no index by it, so the numbers between
 * which they can be are found by halving, and nothing else is read. Where a clock has jumped that order does not hold: then all are read.
 */
export async function linesIn(db: LedgerDb, from: Date, to: Date) {
  const lines = db.selectFrom('audit').where('at', '>=', stored(from)).where('at', '<', stored(to));
  const jump = await db.selectFrom('alarms').select('id').where('kind', '=', 'clock_jump').limit(1).executeTakeFirst();
  if (jump !== undefined) return lines;
  const first = await firstLineFrom(db, new Date(from.getTime() - UNEVEN_MS));
  const end = await firstLineFrom(db, new Date(to.getTime() + UNEVEN_MS));
  return lines.where('seq', '>=', first).where('seq', '<', end);
}

/** Its number; the one after the last when all lines are older. */
async function firstLineFrom(db: LedgerDb, at: Date): Promise<number> {
  const numbers = db.selectFrom('audit').select(['seq', 'at']).limit(1);
  const last = await numbers.orderBy('seq', 'desc').executeTakeFirst();
  let [low, high] = [0, (last?.seq ?? 0) + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    // There may be no line of that number; then the next one tells.
    const line = await numbers.where('seq', '>=', middle).orderBy('seq').executeTakeFirst();
    if (line === undefined || line.at >= stored(at)) high = middle;
    else low = line.seq + 1;
  }
  return low;
}
