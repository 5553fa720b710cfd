import { existsSync, renameSync, rmSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import { createPostgresBackend, DEFAULT_SCHEMA, runMigrations } from 'bullmq';
import { sentenceOf } from '../../errors.ts';
import type { Backend, BackendEvents, OpenBackend, QueueLog } from './backends.ts';
import { lockDirectory } from './directory-lock.ts';
import { patient } from './patient.ts';
import { pglitePool, queryOf } from './pglite-pool.ts';
import { within } from './within.ts';

interface Embedded {
  directory: string;
  log: QueueLog;
}

export function embeddedBackend(at: Embedded): Backend {
  let damaged = false;
  const open = async (events: BackendEvents): Promise<OpenBackend> => {
    const unlock = lockDirectory(at.directory);
    try {
      const db = damaged ? await replace(at, 'its files are damaged or gone') : await openOrReplace(at);
      damaged = false;
      return opened(db, unlock, (error) => {
        damaged ||= hasState(error, /^(58|XX)/);
        if (isFatal(error)) events.lost(error);
      });
    } catch (error) {
      unlock();
      throw error;
    }
  };
  return { kind: 'embedded', place: at.directory, secrets: [], open };
}

function opened(db: PGlite, unlock: () => void, onError: (error: unknown) => void): OpenBackend {
  let closing = false;
  const pool = pglitePool(db, (error) => {
    if (!closing) onError(error);
  });
  return {
    producer: (queue, opts, extra) => createPostgresBackend(queue, { ...opts, connection: pool }, extra),
    worker: (queue, opts, extra) => patient(createPostgresBackend(queue, { ...opts, connection: pool }, extra)),
    ping: async () => {
      await pool.query('SELECT 1 FROM meta LIMIT 1');
    },
    close: async () => {
      closing = true;
      await shut(db);
      unlock();
    },
  };
}

/** The queue holds nothing that the ledger does not, so a directory that cannot be opened is put aside, not repaired. */
async function openOrReplace(at: Embedded): Promise<PGlite> {
  try {
    return await openDirectory(at.directory);
  } catch (error) {
    if (!existsSync(at.directory)) throw error;
    return await replace(at, sentenceOf(error));
  }
}

async function replace({ directory, log }: Embedded, why: string): Promise<PGlite> {
  const aside = `${directory}.broken-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
  const existed = existsSync(directory);
  if (existed) renameSync(directory, aside);
  try {
    const db = await openDirectory(directory);
    log.warn(
      `The embedded queue in ${directory} was made anew (${why}).${existed ? ` The old one is in ${aside}.` : ''} No run is lost.`,
    );
    return db;
  } catch (error) {
    // Then the directory was not to blame (a full disk, missing rights): put everything back as it was.
    rmSync(directory, { recursive: true, force: true });
    if (existed) renameSync(aside, directory);
    throw error;
  }
}

async function openDirectory(directory: string): Promise<PGlite> {
  const db = await PGlite.create(directory);
  try {
    await runMigrations({ query: queryOf(db, () => {}) }, DEFAULT_SCHEMA);
    await db.exec(`SET search_path TO ${DEFAULT_SCHEMA}; ${FREE_WHAT_THE_LAST_PROCESS_HELD}; SELECT count(*) FROM job`);
    return db;
  } catch (error) {
    await shut(db);
    throw error;
  }
}

// Our lock says that whoever worked on these jobs is gone, so the first look for stalled jobs may take them back instead of waiting for
// their locks to run out: a run that was in hand at a kill -9 goes on at once.
const FREE_WHAT_THE_LAST_PROCESS_HELD = `
  UPDATE job SET locked_until_ms = 0, stalled_marked = true WHERE state = 'active';
  DELETE FROM meta WHERE field = 'stalled-check'`;

/** A PGlite that panicked never settles its close. */
async function shut(db: PGlite): Promise<void> {
  await within(2_000, db.close()).catch(() => {});
}

/** SQLSTATE 53: out of disk or memory, 58: system error, XX: corrupted. Without a state the WebAssembly program itself fell over. */
function isFatal(error: unknown): boolean {
  return !hasState(error, /^[0-9A-Z]{5}$/) || hasState(error, /^(53|58|XX)/);
}

function hasState(error: unknown, pattern: RegExp): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && pattern.test(error.code);
}
