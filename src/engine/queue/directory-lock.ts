import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
// biome-ignore lint/style/noRestrictedImports: SQLite's file lock is the one lock at hand that the kernel drops when a process dies, so a kill -9 leaves nothing stale; a pid in a file would name somebody else after a restart of the container.
import Sqlite from 'better-sqlite3';
import { Refusal } from '../../errors.ts';

/**
 * Keeps a second process out of the embedded queue's directory, which two writers would damage: PGlite itself lets both in.
 * Returns the unlock function. Refusal `queue_in_use` when somebody holds it.
 */
export function lockDirectory(directory: string): () => void {
  mkdirSync(dirname(directory), { recursive: true, mode: 0o700 });
  const file = new Sqlite(`${directory}.lock`, { timeout: 0 });
  try {
    file.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    file.close();
    throw isBusy(error) ? inUse(directory) : error;
  }
  return () => file.close();
}

function isBusy(error: unknown): boolean {
  return error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY');
}

function inUse(directory: string): Refusal {
  return new Refusal(
    'queue_in_use',
    `Another Rekey process works in ${directory}. Stop it, or give one of the two its own DATA_DIR, or set QUEUE_URL to a Redis or PostgreSQL that both share.`,
  );
}
