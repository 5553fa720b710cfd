import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import type { FileReference } from '../../domain/ask-form.ts';
import { Refusal, sentenceOf } from '../../errors.ts';
import { holdsSecret } from '../../scrub.ts';
import { syncFolder } from '../../sync-folder.ts';

const MOST_BYTES = 10 * 1024 * 1024;
const FOLDER = 'evidence';

/**
 * Copies a file that shows something into the data directory, under its SHA-256 and readable by its owner only; the same content is kept
 * once. The ledger gets the hash. Refuses what holds a key: evidence is read by many and kept for long.
 */
export function keepEvidence(dataDir: string, path: string): FileReference {
  const content = contentOf(path);
  const sha256 = createHash('sha256').update(content).digest('hex');
  const folder = join(dataDir, FOLDER);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const place = join(folder, sha256);
  if (!existsSync(place)) writeWhole(folder, place, content);
  return { name: basename(path).slice(0, 200), sha256, bytes: content.length, kept: `${FOLDER}/${sha256}` };
}

function contentOf(path: string): Buffer {
  const size = sizeOf(path);
  if (size > MOST_BYTES)
    throw new Refusal(
      'evidence_too_big',
      `${path} has ${size} bytes; evidence has at most ${MOST_BYTES}. Keep it elsewhere, and give its link.`,
    );
  const content = readFileSync(path);
  if (holdsSecret(content))
    throw new Refusal(
      'secret_in_answer',
      `${path} holds what looks like a live key, so it was not kept. Treat that key as exploited, and show a file without it.`,
    );
  return content;
}

function sizeOf(path: string): number {
  try {
    const stat = statSync(path);
    if (stat.isFile()) return stat.size;
  } catch (cause) {
    throw new Refusal('evidence_unreadable', `${path} cannot be read: ${sentenceOf(cause)}.`, { cause });
  }
  throw new Refusal('evidence_unreadable', `${path} must be a plain file, not a folder, pipe or device.`);
}

// Under another name first: what has the name of its hash is whole, also after a power cut in the middle.
function writeWhole(folder: string, place: string, content: Buffer): void {
  const draft = `${place}.${process.pid}.part`;
  try {
    const fd = openSync(draft, 'wx', 0o600);
    try {
      writeSync(fd, content);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(draft, place);
  } catch (cause) {
    rmSync(draft, { force: true });
    throw new Refusal('evidence_not_kept', `Cannot keep the file in ${folder}: ${sentenceOf(cause)}.`, { cause });
  }
  syncFolder(folder);
}
