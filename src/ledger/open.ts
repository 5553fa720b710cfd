import { closeSync, openSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { Kysely } from 'kysely';
import { Refusal, sentenceOf } from '../errors.ts';
import { assertOurs, migrate } from './migrate.ts';
import { patiently, patientSqlite } from './patient-sqlite.ts';
import type { LedgerTables } from './schema.ts';
import { LedgerTrouble } from './trouble.ts';

export type LedgerDb = Kysely<LedgerTables>;

// Below this, a WAL reset with two writers could corrupt the file (sqlite.org, 3.51.3 release notes).
const OLDEST_SQLITE = '3.51.3';

// A fifth of a second's work; a file of several gigabytes would keep everybody waiting for as many minutes.
const CHECKED_WHOLE_BYTES = 64 * 1024 * 1024;

/** `scratch`: a ledger that nobody needs after a power cut, such as a rehearsal's; its commits do not wait for the disk. */
export type Durability = 'durable' | 'scratch';

/**
 * Opens (or makes) the ledger's file, checks it and brings its schema up to date.
 * Throws a Refusal that says how to restore when the file is broken, foreign or readable by others.
 */
export async function openLedgerFile(file: string, durability: Durability = 'durable'): Promise<LedgerDb> {
  makePrivate(file);
  assertPrivate(file);
  const sqlite = openSqlite(file);
  try {
    // Several processes may start at once; switching a new file to WAL locks it for a moment, even for who only reads.
    await patiently(() => prepare(sqlite, file, durability));
    return new Kysely<LedgerTables>({ dialect: patientSqlite(sqlite) });
  } catch (error) {
    sqlite.close();
    throw refusalOf(error, file);
  }
}

function prepare(sqlite: Database.Database, file: string, durability: Durability): void {
  assertRecent(sqlite);
  assertOurs(sqlite);
  configure(sqlite, durability);
  assertSound(sqlite, file);
  migrate(sqlite);
}

/** Made before SQLite sees it, so that there is no moment at which others can open it. */
function makePrivate(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw unusable(file, cause);
  }
}

function assertPrivate(file: string): void {
  const mode = statSync(file).mode & 0o777;
  if ((mode & 0o077) !== 0) {
    throw new Refusal(
      'file_mode',
      `The ledger ${file} must be readable by its owner only (0600); it is 0${mode.toString(8)}. Type: chmod 600 ${file}`,
    );
  }
}

function openSqlite(file: string): Database.Database {
  try {
    // No waiting inside SQLite, which would block the event loop: `patiently` waits.
    return new Database(file, { timeout: 0 });
  } catch (cause) {
    throw unusable(file, cause);
  }
}

function assertRecent(sqlite: Database.Database): void {
  const version = String(sqlite.prepare('select sqlite_version()').pluck().get());
  if (compareVersions(version, OLDEST_SQLITE) >= 0) return;
  throw new Refusal(
    'sqlite_too_old',
    `Rekey needs SQLite ${OLDEST_SQLITE} or newer; this process has ${version}. Run \`npm install\`.`,
  );
}

function configure(sqlite: Database.Database, durability: Durability): void {
  const say = (pragma: string) => sqlite.pragma(pragma, { simple: true });
  say('journal_mode = WAL');
  // Has to be set on every open: an existing WAL file comes up with NORMAL, which may lose the last commits at a power cut.
  say(`synchronous = ${durability === 'durable' ? 'FULL' : 'OFF'}`);
  say('foreign_keys = ON');
  say('secure_delete = ON');
  if (durability === 'durable' && Number(say('synchronous')) !== 2)
    throw new Refusal('ledger_unsafe', 'SQLite did not accept synchronous=FULL; commits would not be durable.');
}

function assertSound(sqlite: Database.Database, file: string): void {
  const bytes =
    Number(sqlite.pragma('page_count', { simple: true })) * Number(sqlite.pragma('page_size', { simple: true }));
  if (bytes > CHECKED_WHOLE_BYTES) {
    assertReadable(sqlite);
    return;
  }
  const verdict = String(sqlite.pragma('integrity_check(1)', { simple: true }));
  if (verdict !== 'ok') throw damaged(file, verdict);
}

// A file that was cut is refused by SQLite here; what is damaged in the middle is found by verifyInBackground.
function assertReadable(sqlite: Database.Database): void {
  const tables = sqlite.prepare<[], string>("select name from sqlite_schema where type = 'table'").pluck().all();
  for (const table of tables) sqlite.prepare(`select * from ${table} limit 1`).get();
}

// Whatever else SQLite cannot do with the tables of its own file while it opens it is damage.
function refusalOf(error: unknown, file: string): unknown {
  // Said while opening, it has to name the file: nobody knows yet which one is meant.
  if (error instanceof LedgerTrouble && error.code === 'ledger_broken')
    return new LedgerTrouble(error.code, `${file}: ${error.message}`, { cause: error });
  return error instanceof Database.SqliteError ? damaged(file, error.message, error) : error;
}

function damaged(file: string, verdict: string, cause?: unknown): LedgerTrouble {
  return new LedgerTrouble(
    'ledger_broken',
    `The ledger ${file} is damaged (${verdict}). Stop, keep the file, and restore the last backup next to it.`,
    { cause },
  );
}

function unusable(file: string, cause: unknown): Refusal {
  return new Refusal(
    'ledger_unusable',
    `Cannot open the ledger ${file}: ${sentenceOf(cause)}. Check that the folder exists and is writable.`,
    { cause },
  );
}

function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.split('.').map(Number));
  for (let i = 0; i < 3; i++) {
    const difference = (left?.[i] ?? 0) - (right?.[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
