import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { Refusal, sentenceOf } from '../errors.ts';
import { looksMadeUp } from './made-up.ts';
import { openPepper, type Pepper } from './pepper.ts';

const BYTES = 32;
const FILES = { masterKey: 'master.key', pepper: 'pepper.key' } as const;

export interface MasterKey {
  /** First eight hex digits of the key's hash: names it in an envelope without telling anything of it. */
  id: string;
  bytes: Uint8Array;
}

export interface KeyFiles {
  masterKey: MasterKey;
  pepper: Pepper;
}

/** Makes master key and pepper, 0600, in `dir`. Never overwrites: a new master key would make every sealed secret unreadable. */
export function createKeyFiles(dir: string): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const files = Object.values(FILES).map((name) => join(dir, name));
  // Both are looked at before one is written: half a new pair would pass for an installation that lost a key.
  for (const file of files) if (existsSync(file)) throw alreadyThere(file);
  for (const file of files) writeKeyFile(file);
  sync(dir);
}

/** Throws a Refusal that names the file and what to type when one is missing, readable by others, a link, malformed or an example. */
export function loadKeyFiles(dir: string): KeyFiles {
  const [masterFile, pepperFile] = [join(dir, FILES.masterKey), join(dir, FILES.pepper)];
  const master = readKeyFile(masterFile);
  const pepper = readKeyFile(pepperFile);
  assertFolderIsOurs(dir);
  if (master.equals(pepper))
    throw new Refusal(
      'key_file_example',
      `${masterFile} and ${pepperFile} hold the same bytes; they must be independent.`,
    );
  return { masterKey: { id: nameOf(master), bytes: master }, pepper: openPepper(nameOf(pepper), pepper) };
}

function nameOf(bytes: Uint8Array): string {
  return createHash('sha256').update('rekey key id\n').update(bytes).digest('hex').slice(0, 8);
}

function writeKeyFile(file: string): void {
  const fd = openForWriting(file);
  try {
    writeSync(fd, `${randomBytes(BYTES).toString('base64')}\n`);
    // Whatever is sealed from now on is lost with this file, so it has to survive a power cut.
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function openForWriting(file: string): number {
  try {
    return openSync(file, 'wx', 0o600);
  } catch (error) {
    throw codeOf(error) === 'EEXIST' ? alreadyThere(file) : error;
  }
}

function alreadyThere(file: string): Refusal {
  return new Refusal(
    'key_file_exists',
    `${file} is already there and is never overwritten. Remove it yourself if you are sure that nothing was sealed with it.`,
  );
}

function readKeyFile(file: string): Buffer {
  const fd = openForReading(file);
  try {
    assertPrivateFile(file, fd);
    return keyIn(file, readFileSync(fd, 'utf8').trim());
  } finally {
    closeSync(fd);
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

// Who can write into the folder can put a master key of their own there.
function assertFolderIsOurs(dir: string): void {
  const { mode } = statSync(dir);
  if ((mode & 0o022) === 0) return;
  throw new Refusal(
    'file_mode',
    `${dir} must be writable by its owner only (0700); it is ${modeOf(mode)}. Type: chmod 700 ${dir}`,
  );
}

function keyIn(file: string, text: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== BYTES || bytes.toString('base64') !== text)
    throw new Refusal(
      'key_file_content',
      `${file} must hold ${BYTES} random bytes in base64 (${Math.ceil(BYTES / 3) * 4} characters); it holds ${text.length} characters.`,
    );
  if (looksMadeUp(bytes))
    throw new Refusal(
      'key_file_example',
      `${file} holds an example, not random bytes. Make a real one with: rekey init`,
    );
  return bytes;
}

function modeOf(mode: number): string {
  return `0${(mode & 0o777).toString(8)}`;
}

function sync(path: string): void {
  const fd = openSync(path, constants.O_RDONLY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
