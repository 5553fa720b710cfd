import { chmodSync, existsSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import { Refusal, sentenceOf } from '../errors.ts';
import { migrate } from './migrate.ts';
import type { LedgerTables } from './schema.ts';

export type LedgerDb = Kysely<LedgerTables>;

// Below this, a WAL reset with two writers could corrupt the file (sqlite.org, 3.51.3 release notes).
const OLDEST_SQLITE = '3.51.3';

/**
 * Opens (or makes) the ledger's file, checks it and brings its schema up to date.
 * Throws a Refusal that says how to restore when the file is broken, foreign or readable by others.
 */
export async function openLedgerFile(file: string): Promise<LedgerDb> {
  const fresh = !existsSync(file);
  if (!fresh) assertPrivate(file);
  const sqlite = openSqlite(file);
  try {
    if (fresh) chmodSync(file, 0o600);
    configure(sqlite);
    assertSound(sqlite, file);
    migrate(sqlite);
  } catch (error) {
    sqlite.close();
    throw error;
  }
  return new Kysely<LedgerTables>({ dialect: new SqliteDialect({ database: sqlite }) });
}

function openSqlite(file: string): Database.Database {
  try {
    return new Database(file, { timeout: 2_000 });
  } catch (cause) {
    throw new Refusal(
      'ledger_unusable',
      `Cannot open the ledger ${file}: ${sentenceOf(cause)}. Check that the folder exists and is writable.`,
      { cause },
    );
  }
}

function configure(sqlite: Database.Database): void {
  const version = String(sqlite.prepare('select sqlite_version() as v').pluck().get());
  if (compareVersions(version, OLDEST_SQLITE) < 0) {
    throw new Refusal(
      'sqlite_too_old',
      `Rekey needs SQLite ${OLDEST_SQLITE} or newer; this process has ${version}. Run \`npm install\`.`,
    );
  }
  const say = (pragma: string) => sqlite.pragma(pragma, { simple: true });
  try {
    say('journal_mode = WAL');
  } catch (cause) {
    throw new Refusal(
      'ledger_broken',
      `The ledger is not a usable SQLite file: ${sentenceOf(cause)}. Restore the last backup.`,
      { cause },
    );
  }
  // Has to be set on every open: an existing WAL file comes up with NORMAL, which may lose the last commits at a power cut.
  say('synchronous = FULL');
  say('foreign_keys = ON');
  say('secure_delete = ON');
  if (Number(say('synchronous')) !== 2)
    throw new Refusal('ledger_unsafe', 'SQLite did not accept synchronous=FULL; commits would not be durable.');
}

function assertSound(sqlite: Database.Database, file: string): void {
  const verdict = String(sqlite.pragma('quick_check(1)', { simple: true }));
  if (verdict !== 'ok') {
    throw new Refusal(
      'ledger_broken',
      `The ledger ${file} is damaged (${verdict}). Stop, keep the file, and restore the last backup next to it.`,
    );
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

function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.split('.').map(Number));
  for (let i = 0; i < 3; i++) {
    const difference = (left?.[i] ?? 0) - (right?.[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
