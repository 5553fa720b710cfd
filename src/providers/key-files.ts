import { createHash, randomBytes } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '../errors.ts';
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
  for (const name of Object.values(FILES)) {
    const file = join(dir, name);
    if (existsSync(file))
      throw new Refusal(
        'key_file_exists',
        `${file} is already there and is never overwritten. Remove it yourself if you are sure that nothing was sealed with it.`,
      );
    writeFileSync(file, `${randomBytes(BYTES).toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
  }
}

/** Throws a Refusal that names the file and what to type when one is missing, readable by others, a link, malformed or an example. */
export function loadKeyFiles(dir: string): KeyFiles {
  const master = readKeyFile(join(dir, FILES.masterKey));
  const pepper = readKeyFile(join(dir, FILES.pepper));
  return { masterKey: { id: nameOf(master), bytes: master }, pepper: openPepper(nameOf(pepper), pepper) };
}

function nameOf(bytes: Uint8Array): string {
  return createHash('sha256').update('rekey key id\n').update(bytes).digest('hex').slice(0, 8);
}

function readKeyFile(file: string): Uint8Array {
  const stat = lstatSync(file, { throwIfNoEntry: false });
  if (stat === undefined)
    throw new Refusal(
      'key_file_missing',
      `${file} is missing. Restore it from where you keep it apart from backups, or make new ones on a new installation with: rekey init`,
    );
  if (!stat.isFile()) throw new Refusal('key_file_kind', `${file} must be a plain file, not a link or a folder.`);
  const mode = stat.mode & 0o777;
  if ((mode & 0o077) !== 0)
    throw new Refusal(
      'file_mode',
      `${file} must be readable by its owner only (0600); it is 0${mode.toString(8)}. Type: chmod 600 ${file}`,
    );
  const text = readFileSync(file, 'utf8').trim();
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== BYTES || bytes.toString('base64') !== text)
    throw new Refusal(
      'key_file_content',
      `${file} must hold ${BYTES} random bytes in base64 (${Math.ceil(BYTES / 3) * 4} characters); it holds ${text.length} characters.`,
    );
  if (new Set(bytes).size < 8)
    throw new Refusal(
      'key_file_example',
      `${file} holds an example, not random bytes. Make a real one with: rekey init`,
    );
  return bytes;
}
