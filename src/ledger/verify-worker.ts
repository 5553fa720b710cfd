import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { sentenceOf } from '../errors.ts';
import { troubleOf } from './trouble.ts';
import { Apart, type FileVerdict, verifyFile } from './verify-file.ts';

const apart = Apart.parse(workerData);

const sqlite = new Database(apart.file, { readonly: true, fileMustExist: true, timeout: 2_000 });
const verdict = await verifyFile(sqlite, apart, (place, of) =>
  parentPort?.postMessage({ kind: 'checked', place, of }),
).catch((error: unknown): FileVerdict => {
  // A file that is locked, or a disk that fails, says nothing about what is in it.
  if (troubleOf(error)?.code !== 'ledger_broken') throw error;
  return { whole: false, why: `the file is damaged (${sentenceOf(error)})` };
});
sqlite.close();
parentPort?.postMessage({ kind: 'verdict', verdict });
