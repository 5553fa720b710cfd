import { setTimeout as pause } from 'node:timers/promises';
import type Database from 'better-sqlite3';
import { type AuditRow, breakAt, type ChainPlace, GENESIS } from './audit-chain.ts';

export type FileVerdict = { whole: true; lines: number } | { whole: false; why: string };

const PAGE = 2_000;

/**
 * Everything that a start has no time for, on a connection of its own while others go on recording: the chain from where somebody got to
 * before, then the structure of every table, then the chain from its beginning. After each page it rests for as long as the page took.
 */
export async function verifyFile(
  sqlite: Database.Database,
  checked: ChainPlace | null,
  onChecked: (place: ChainPlace) => void,
): Promise<FileVerdict> {
  const end = headOf(sqlite);
  const start = checked ?? GENESIS;
  const broken =
    (await brokenChain(sqlite, { start, end, onChecked })) ??
    (await brokenTable(sqlite)) ??
    (await brokenChain(sqlite, { start: GENESIS, end: start, onChecked: () => {} }));
  return broken === null ? { whole: true, lines: end.seq } : { whole: false, why: broken };
}

interface Stretch {
  start: ChainPlace;
  end: ChainPlace;
  onChecked: (place: ChainPlace) => void;
}

async function brokenChain(sqlite: Database.Database, { start, end, onChecked }: Stretch): Promise<string | null> {
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
    onChecked({ seq: place.seq, hash: place.hash });
    await pause(performance.now() - begun);
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
