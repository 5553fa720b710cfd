import {
  closeSync,
  createReadStream,
  createWriteStream,
  existsSync,
  linkSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import Database from 'better-sqlite3';
import { Refusal, sentenceOf } from '../errors.ts';
import { syncFolder } from '../sync-folder.ts';
import { type BackupProgress, type Cipher, verifyCopy } from './backup.ts';
import { counting, makePrivate } from './file-copies.ts';
import { assertOurs } from './migrate.ts';
import { isBusy, LedgerTrouble } from './trouble.ts';

export interface RestoreOptions {
  /** What backupLedger wrote. */
  backup: string;
  ledgerFile: string;
  decrypt: Cipher;
  /** `refuse` when there is a ledger already, or keep that one beside it and put the backup in its place. */
  present: 'refuse' | 'keep_aside';
  now: Date;
  onProgress?: (progress: BackupProgress) => void;
}

export interface Restored {
  /** How far the audit of the restored ledger goes. */
  lines: number;
  head: string;
  /** Where the ledger that was there before is now. */
  keptAside: string | null;
}

const SQLITE = Buffer.from('SQLite format 3\0');

/**
 * Brings a backup back: decrypts it next to the ledger, checks structure and chain, and only then puts it in the ledger's place. Refusals:
 * `backup_unreadable`, `ledger_exists`, `ledger_in_use`, `ledger_broken`; then everything is as it was.
 */
export async function restoreLedger(options: RestoreOptions): Promise<Restored> {
  const { backup, ledgerFile, present, now, onProgress } = options;
  if (existsSync(ledgerFile) && present === 'refuse')
    throw new Refusal(
      'ledger_exists',
      `There is a ledger ${ledgerFile}. Say that it may be replaced; it is kept beside the restored one.`,
    );
  const temporary = `${ledgerFile}.restore-${process.pid}`;
  try {
    makePrivate(temporary);
    await unpack(options, temporary);
    assertLedger(temporary, backup);
    const { lines, head } = await verifyCopy(temporary, (done) => onProgress?.({ phase: 'checking', done }));
    const keptAside = existsSync(ledgerFile) ? keepAside(ledgerFile, now) : null;
    renameSync(temporary, ledgerFile);
    syncFolder(dirname(ledgerFile));
    return { lines, head, keptAside };
  } finally {
    for (const left of [temporary, `${temporary}-wal`, `${temporary}-shm`]) rmSync(left, { force: true });
  }
}

async function unpack({ backup, decrypt, onProgress }: RestoreOptions, to: string): Promise<void> {
  const onDone = (done: number) => onProgress?.({ phase: 'writing', done });
  try {
    const counted = counting(statSync(backup).size, onDone);
    pipeline(createReadStream(backup), counted).catch(() => {});
    const plain = await decrypt(Readable.toWeb(counted));
    const file = createWriteStream(to, { flags: 'r+', flush: true });
    await pipeline(Readable.fromWeb(plain), createGunzip(), file);
  } catch (cause) {
    if (cause instanceof Refusal) throw cause;
    throw new Refusal(
      'backup_unreadable',
      `${backup} is not a whole backup that can be opened here: ${sentenceOf(cause)}. Nothing was changed.`,
      { cause },
    );
  }
}

function assertLedger(file: string, backup: string): void {
  let sqlite: Database.Database | null = null;
  try {
    sqlite = new Database(file, { readonly: true });
    assertOurs(sqlite);
  } catch (cause) {
    if (cause instanceof Refusal) throw cause;
    throw new LedgerTrouble('ledger_broken', `What is in ${backup} is no ledger: ${sentenceOf(cause)}.`, { cause });
  } finally {
    sqlite?.close();
  }
}

/** Under another name in the same folder, with everything that belongs to it. */
function keepAside(ledgerFile: string, now: Date): string {
  settle(ledgerFile);
  const aside = `${ledgerFile}.before-${now.toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;
  // The log first: beside another ledger it would be played into that one.
  for (const log of ['-wal', '-shm']) if (existsSync(ledgerFile + log)) renameSync(ledgerFile + log, aside + log);
  // A second name rather than another: there is no moment without a ledger, which a start would take for a new installation.
  linkSync(ledgerFile, aside);
  return aside;
}

// Taking it out of WAL mode needs the file to itself and works its log off.
function settle(ledgerFile: string): void {
  // SQLite would take this for an empty file and delete the log, which may be all that is left.
  if (!looksLikeSqlite(ledgerFile)) return;
  let sqlite: Database.Database | null = null;
  try {
    sqlite = new Database(ledgerFile, { timeout: 0 });
    sqlite.pragma('journal_mode = DELETE');
  } catch (cause) {
    // Damaged further on: it is kept as it is.
    if (!isBusy(cause)) return;
    throw new Refusal(
      'ledger_in_use',
      `${ledgerFile} is in use. Stop \`rekey serve\` and every other Rekey on it, then restore.`,
      { cause },
    );
  } finally {
    sqlite?.close();
  }
}

function looksLikeSqlite(file: string): boolean {
  const fd = openSync(file, 'r');
  try {
    const start = Buffer.alloc(SQLITE.length);
    readSync(fd, start, 0, start.length, 0);
    return start.equals(SQLITE);
  } finally {
    closeSync(fd);
  }
}
