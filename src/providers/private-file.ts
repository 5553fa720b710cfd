import {
  closeSync,
  constants,
  fchownSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  statSync,
  writeSync,
} from 'node:fs';
import { Refusal, sentenceOf } from '../errors.ts';

/** Makes a file of mode 0600 that is on disk when this returns. Never follows a link and never overwrites: Refusal `key_file_exists`. */
export function writePrivateFile(file: string, text: string, owner?: { uid: number; gid: number }): void {
  const fd = openForWriting(file);
  try {
    if (owner !== undefined && owner.uid !== fstatSync(fd).uid) fchownSync(fd, owner.uid, owner.gid);
    writeSync(fd, text);
    // Whatever is sealed from now on is lost with this file, so it has to survive a power cut.
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Throws a Refusal that names the file and what to type when it is missing, readable by others, a link, a folder or a pipe. */
export function readPrivateFile(file: string): string {
  const fd = openForReading(file);
  try {
    assertPrivateFile(file, fd);
    return readFileSync(fd, 'utf8');
  } finally {
    closeSync(fd);
  }
}

/** Who can write into the folder can put a master key of their own there. */
export function assertFolderIsOurs(dir: string): void {
  const { mode } = statSync(dir);
  if ((mode & 0o022) === 0) return;
  throw new Refusal(
    'file_mode',
    `${dir} must be writable by its owner only (0700); it is ${modeOf(mode)}. Type: chmod 700 ${dir}`,
  );
}

export function alreadyThere(file: string): Refusal {
  return new Refusal(
    'key_file_exists',
    `${file} is already there and is never overwritten. Remove it yourself if you are sure that nothing was sealed with it.`,
  );
}

function openForWriting(file: string): number {
  try {
    return openSync(file, 'wx', 0o600);
  } catch (error) {
    throw codeOf(error) === 'EEXIST' ? alreadyThere(file) : error;
  }
}

// O_NONBLOCK, because opening a named pipe would otherwise wait for its writer for ever.
function openForReading(file: string): number {
  try {
    return openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (codeOf(error) === 'ENOENT')
      throw new Refusal(
        'key_file_missing',
        `${file} is missing. Restore it from where you keep it apart from backups, or make new ones on a new installation with: rekey init`,
      );
    if (codeOf(error) === 'ELOOP') throw notPlain(file);
    throw new Refusal('key_file_unreadable', `${file} cannot be read: ${sentenceOf(error)}.`, { cause: error });
  }
}

function assertPrivateFile(file: string, fd: number): void {
  const stat = fstatSync(fd);
  if (!stat.isFile()) throw notPlain(file);
  if ((stat.mode & 0o077) === 0) return;
  throw new Refusal(
    'file_mode',
    `${file} must be readable by its owner only (0600); it is ${modeOf(stat.mode)}. Type: chmod 600 ${file}`,
  );
}

function notPlain(file: string): Refusal {
  return new Refusal('key_file_kind', `${file} must be a plain file, not a link, folder or pipe.`);
}

function modeOf(mode: number): string {
  return `0${(mode & 0o777).toString(8)}`;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
