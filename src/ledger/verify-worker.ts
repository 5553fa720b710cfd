import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { z } from 'zod';
import { sentenceOf } from '../errors.ts';
import { type FileVerdict, verifyFile } from './verify-file.ts';

// A thread of its own: an integrity check cannot be interrupted, and would hold up everybody that this process serves.
const Place = z.object({ seq: z.number(), hash: z.string() });
const { file, checked } = z.object({ file: z.string(), checked: Place.nullable() }).parse(workerData);

const sqlite = new Database(file, { readonly: true, fileMustExist: true, timeout: 2_000 });
const verdict = await verifyFile(sqlite, checked, (place) => parentPort?.postMessage({ kind: 'checked', place })).catch(
  (error: unknown): FileVerdict => ({ whole: false, why: `it cannot be read (${sentenceOf(error)})` }),
);
sqlite.close();
parentPort?.postMessage({ kind: 'verdict', verdict });
