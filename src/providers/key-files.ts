import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '../errors.ts';
import { syncFolder } from '../sync-folder.ts';
import { keyBytes, keyIdOf, type MasterKey, type MasterKeySource, newKeyText } from './master-key.ts';
import { commandMasterKeys } from './master-key-command.ts';
import { fileMasterKeys, olderMasterKeys, readMasterKey } from './master-key-file.ts';
import { openPepper, type Pepper } from './pepper.ts';
import { alreadyThere, assertFolderIsOurs, readPrivateFile, writePrivateFile } from './private-file.ts';

const FILES = { masterKey: 'master.key', pepper: 'pepper.key' } as const;
const COMMAND_TIMEOUT_MS = 20_000;

export interface KeyFiles {
  /** The one of today, at the time of loading. */
  masterKey: MasterKey;
  masterKeys: MasterKeySource;
  pepper: Pepper;
}

/** Makes master key and pepper, 0600, in `dir`. Never overwrites: a new master key would make every sealed secret unreadable. */
export function createKeyFiles(dir: string): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const files = Object.values(FILES).map((name) => join(dir, name));
  // Both are looked at before one is written: half a new pair would pass for an installation that lost a key.
  for (const file of files) if (existsSync(file)) throw alreadyThere(file);
  for (const file of files) writePrivateFile(file, newKeyText());
  syncFolder(dir);
}

/** Master keys and pepper from `dir`. Throws a Refusal that names the file when one is missing, readable by others, a link, malformed or an example. */
export function loadKeyFiles(dir: string): KeyFiles {
  return withPepper(dir, fileMasterKeys(dir));
}

/** As loadKeyFiles; with a `command`, the master key is what that program prints, and those in `dir` only open what is older. */
export async function loadKeys({
  dir,
  command,
}: {
  dir: string;
  command: readonly string[] | null;
}): Promise<KeyFiles> {
  if (command === null) return loadKeyFiles(dir);
  const file = join(dir, FILES.masterKey);
  const older = [...(existsSync(file) ? [readMasterKey(file)] : []), ...olderMasterKeys(dir)];
  return withPepper(dir, await commandMasterKeys(command, { older, timeoutMs: COMMAND_TIMEOUT_MS }));
}

function withPepper(dir: string, masterKeys: MasterKeySource): KeyFiles {
  const { current } = masterKeys();
  const file = join(dir, FILES.pepper);
  const bytes = keyBytes(file, readPrivateFile(file).trim());
  assertFolderIsOurs(dir);
  if (keyIdOf(bytes) === current.id)
    throw new Refusal('key_file_example', `${file} holds the same bytes as the master key; they must be independent.`);
  return { masterKey: current, masterKeys, pepper: openPepper(keyIdOf(bytes), bytes) };
}
