import { createReadStream, createWriteStream, existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { createGzip } from 'node:zlib';
import Database from 'better-sqlite3';
import { Refusal } from '../errors.ts';
import { syncFolder } from '../sync-folder.ts';
import { counting, makePrivate } from './file-copies.ts';
import { LedgerTrouble } from './trouble.ts';
import { verifyApart } from './verify-apart.ts';

/** Encrypts or decrypts as it reads; which keys do it is not the ledger's business. */
export type Cipher = (source: ReadableStream<Uint8Array>) => Promise<ReadableStream<Uint8Array>>;

export interface BackupProgress {
  phase: 'copying' | 'checking' | 'writing';
  /** Of 1. */
  done: number;
}

export interface BackupOptions {
  ledgerFile: string;
  /** Where the backup is made; nothing may be there. */
  file: string;
  encrypt: Cipher;
  onProgress?: (progress: BackupProgress) => void;
}

export interface Backup {
  file: string;
  bytes: number;
  /** How far its audit goes, and the hash of the last line: what a checkpoint can be compared with. */
  lines: number;
  head: string;
}

const PAGES_AT_ONCE = 1_000;

/**
 * Copies the ledger as it is at one moment while others go on writing, checks structure and chain of the copy, and writes it compressed and
 * encrypted: whole or not at all. Pepper and master key are not in the ledger and so not in its backup. Refusals: `backup_exists`,
 * `ledger_broken`.
 */
export async function backupLedger({ ledgerFile, file, encrypt, onProgress }: BackupOptions): Promise<Backup> {
  if (existsSync(file))
    throw new Refusal('backup_exists', `${file} is already there and is never overwritten. Choose another name.`);
  // Next to the ledger, because it is as confidential as the ledger and the place of the backup may be less well kept.
  const copy = `${ledgerFile}.backup-${process.pid}`;
  const half = `${file}.${process.pid}`;
  try {
    makePrivate(copy);
    await copyLedger(ledgerFile, copy, (done) => onProgress?.({ phase: 'copying', done }));
    const { lines, head } = await verifyCopy(copy, (done) => onProgress?.({ phase: 'checking', done }));
    const bytes = await writeEncrypted(copy, half, {
      encrypt,
      onDone: (done) => onProgress?.({ phase: 'writing', done }),
    });
    renameSync(half, file);
    syncFolder(dirname(file));
    return { file, bytes, lines, head };
  } finally {
    for (const left of [copy, `${copy}-wal`, `${copy}-shm`, `${copy}-journal`, half]) rmSync(left, { force: true });
  }
}

async function copyLedger(from: string, to: string, onDone: (done: number) => void): Promise<void> {
  const sqlite = new Database(from, { readonly: true, fileMustExist: true, timeout: 2_000 });
  try {
    // One moment: without it the copying would begin anew at every commit of another process.
    sqlite.exec('begin');
    sqlite.prepare('select seq from audit_head').get();
    await sqlite.backup(to, {
      progress: ({ totalPages, remainingPages }) => {
        onDone(totalPages === 0 ? 1 : 1 - remainingPages / totalPages);
        return PAGES_AT_ONCE;
      },
    });
  } finally {
    sqlite.close();
  }
  const copy = new Database(to);
  // A file of its own, without the log of later pages that belongs to a ledger in use.
  copy.pragma('journal_mode = DELETE');
  copy.close();
}

/** Structure and chain of a file that nobody uses. Throws LedgerTrouble `ledger_broken`. */
export async function verifyCopy(
  file: string,
  onDone: (done: number) => void,
): Promise<{ lines: number; head: string }> {
  const verdict = await verifyApart(
    { file, checked: null, pace: 'full' },
    { onChecked: ({ seq }, of) => onDone(of === 0 ? 1 : seq / of) },
  );
  if (verdict?.whole) return verdict;
  throw new LedgerTrouble(
    'ledger_broken',
    `The copy is not whole: ${verdict?.why ?? 'it could not be checked'}. Nothing was kept of it.`,
  );
}

async function writeEncrypted(
  from: string,
  to: string,
  { encrypt, onDone }: { encrypt: Cipher; onDone: (done: number) => void },
): Promise<number> {
  const compressed = createGzip({ level: 1 });
  // What fails to be read fails the compressed stream too, and with it everything behind it.
  pipeline(createReadStream(from), counting(statSync(from).size, onDone), compressed).catch(() => {});
  const sealed = await encrypt(Readable.toWeb(compressed));
  makePrivate(to);
  await pipeline(Readable.fromWeb(sealed), createWriteStream(to, { flags: 'r+', flush: true }));
  return statSync(to).size;
}
