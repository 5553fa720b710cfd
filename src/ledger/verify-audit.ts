import { type AuditRow, breakAt, type ChainPlace, GENESIS } from './audit-chain.ts';
import type { LedgerDb } from './open.ts';

export type AuditVerdict =
  | { whole: true; entries: number; head: string }
  | { whole: false; entries: number; at: number; why: string };

export interface Progress {
  onProgress?: (lines: number, of: number) => void;
}

const PAGE = 1_000;
// What a start checks: everything up to so many lines (a fifth of a second), and the end of a longer audit.
const WHOLE = 20_000;
const TAIL = 2_000;

/**
 * Recomputes the chain from the first line, in pages, up to the end as it is when this begins: others may go on recording meanwhile. What
 * stands behind the end was put there by somebody else.
 */
export async function verifyAudit(db: LedgerDb, progress: Progress = {}): Promise<AuditVerdict> {
  return verifyFrom(db, GENESIS, { ...progress, end: await headOf(db) });
}

/**
 * What can be said before anybody is served: a short audit is recomputed whole, of a long one the lines behind what was checked before, or
 * the last ones. `verifyInBackground` does the rest.
 */
export async function verifyTail(db: LedgerDb): Promise<AuditVerdict> {
  const end = await headOf(db);
  if (end.seq <= WHOLE) return verifyFrom(db, GENESIS, { end });
  const checked = await db.selectFrom('audit_checked').select(['seq', 'hash']).executeTakeFirst();
  if (checked !== undefined) {
    const line = await lineAt(db, checked.seq);
    if (line?.hash !== checked.hash || checked.seq > end.seq) return rewritten(checked.seq);
  }
  const seq = Math.max(checked?.seq ?? 0, end.seq - TAIL);
  const start = await lineAt(db, seq);
  if (start === undefined) return { whole: false, entries: 0, at: seq, why: `line ${seq} is missing` };
  return verifyFrom(db, start, { end });
}

function rewritten(seq: number): AuditVerdict {
  const why = `line ${seq} is not the line that was checked before: the audit was cut or written anew`;
  return { whole: false, entries: 0, at: seq, why };
}

async function verifyFrom(
  db: LedgerDb,
  start: ChainPlace,
  { end, onProgress }: Progress & { end: ChainPlace },
): Promise<AuditVerdict> {
  let place = start;
  while (place.seq < end.seq) {
    const page = await pageAfter(db, place.seq, end.seq);
    if (page.length === 0) break;
    for (const row of page) {
      const why = breakAt(row, place);
      if (why !== null) return { whole: false, entries: place.seq, at: place.seq + 1, why };
      place = row;
    }
    onProgress?.(place.seq, end.seq);
  }
  return verifyEnd(db, { seq: place.seq, hash: place.hash }, end);
}

async function verifyEnd(db: LedgerDb, { seq, hash }: ChainPlace, end: ChainPlace): Promise<AuditVerdict> {
  if (end.seq !== seq || end.hash !== hash)
    return {
      whole: false,
      entries: seq,
      at: seq + 1,
      why: `the end is missing: ${end.seq} lines were written and ${seq} are there`,
    };
  // Read before the head: a line and the head that counts it are one transaction, so a line beyond the head never belongs there.
  const last = await db.selectFrom('audit').select('seq').orderBy('seq', 'desc').limit(1).executeTakeFirst();
  const now = await headOf(db);
  if (last !== undefined && last.seq > now.seq)
    return {
      whole: false,
      entries: seq,
      at: last.seq,
      why: `line ${last.seq} stands behind the end, which is line ${now.seq}`,
    };
  return { whole: true, entries: seq, head: hash };
}

export function headOf(db: LedgerDb): Promise<ChainPlace> {
  return db.selectFrom('audit_head').select(['seq', 'hash']).where('id', '=', 1).executeTakeFirstOrThrow();
}

function lineAt(db: LedgerDb, seq: number): Promise<AuditRow | undefined> {
  return db.selectFrom('audit').selectAll().where('seq', '=', seq).executeTakeFirst();
}

function pageAfter(db: LedgerDb, seq: number, last: number): Promise<AuditRow[]> {
  const lines = db.selectFrom('audit').selectAll().where('seq', '>', seq).where('seq', '<=', last);
  return lines.orderBy('seq').limit(PAGE).execute();
}
