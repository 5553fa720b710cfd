import { setTimeout as pause } from 'node:timers/promises';
import type Database from 'better-sqlite3';
import { z } from 'zod';
import { type AuditRow, breakAt, type ChainPlace, GENESIS } from './audit-chain.ts';

export type FileVerdict = { whole: true; lines: number; head: string } | { whole: false; why: string };

const Place = z.object({ seq: z.number(), hash: z.string() });
export const Apart = z.object({
  file: z.string(),
  /** Where somebody got to before; null: nobody did. */
  checked: Place.nullable(),
  /** `half`: rests after each page for as long as the page took. */
  pace: z.enum(['half', 'full']),
});
export type Apart = z.infer<typeof Apart>;

type OnChecked = (place: ChainPlace, of: number) => void;

const PAGE = 2_000;

/**
 * Everything that a start has no time for, on a connection of its own while others go on recording: the chain from where somebody got to
 * before, then the structure of every table, then the chain from its beginning.
 */
export async function verifyFile(
  sqlite: Database.Database,
  { checked, pace }: Pick<Apart, 'checked' | 'pace'>,
  onChecked: OnChecked,
): Promise<FileVerdict> {
  const end = headOf(sqlite);
  const start = checked ?? GENESIS;
  const broken =
    (await brokenChain(sqlite, { start, end, pace, onChecked })) ??
    (await brokenTable(sqlite)) ??
    (await brokenChain(sqlite, { start: GENESIS, end: start, pace, onChecked: () => {} }));
  return broken === null ? { whole: true, lines: end.seq, head: end.hash } : { whole: false, why: broken };
}

type Stretch = { start: ChainPlace; end: ChainPlace; onChecked: OnChecked } & Pick<Apart, 'pace'>;

async function brokenChain(sqlite: Database.Database, stretch: Stretch): Promise<string | null> {
  const { start, end, pace, onChecked } = stretch;
  const page = sqlite.prepare<[number, number], AuditRow>(
    `select * from audit where seq > ? and seq <= ? order by seq limit ${PAGE}`,
  );
  let place = start;
  while (place.seq < end.seq) {
    const begun = performance.now();
    const rows = page.all(place.seq, end.seq);
    if (rows.length === 0) break;
    for (const row of rows) {
      const why = breakAt(row, place);
      if (why !== null) return why;
      place = row;
    }
    onChecked({ seq: place.seq, hash: place.hash }, end.seq);
    if (pace === 'half') await pause(performance.now() - begun);
  }
  if (place.seq === end.seq && place.hash === end.hash) return null;
  return `line ${end.seq} is not the line that was there before, and ${place.seq} lines follow from each other`;
}

// One table after the other, so that no look at the file is so long that the write-ahead log could not be worked off.
async function brokenTable(sqlite: Database.Database): Promise<string | null> {
  const tables = sqlite.prepare<[], string>("select name from sqlite_schema where type = 'table'").pluck().all();
  for (const table of tables) {
    const verdict = String(sqlite.pragma(`integrity_check(${table})`, { simple: true }));
    if (verdict !== 'ok') return `the file is damaged (${verdict})`;
    await pause(0);
  }
  return null;
}

function headOf(sqlite: Database.Database): ChainPlace {
  return sqlite.prepare<[], ChainPlace>('select seq, hash from audit_head where id = 1').get() ?? GENESIS;
}
