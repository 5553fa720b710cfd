import { existsSync, linkSync, readdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '../errors.ts';
import { syncFolder } from '../sync-folder.ts';
import {
  keyBytes,
  type MasterKey,
  type MasterKeySource,
  type MasterKeys,
  masterKeyOf,
  newKeyText,
} from './master-key.ts';
import { assertFolderIsOurs, readPrivateFile, writePrivateFile } from './private-file.ts';

const CURRENT = 'master.key';
const OLDER = /^master-[0-9a-f]{8}\.key$/;

/**
 * `master.key` of the keys folder, and beside it older ones as `master-<id>.key`. Read again when the folder changed: a key that is replaced
 * while Rekey runs is used at once, and nothing more is sealed with the one before it.
 */
export function fileMasterKeys(dir: string): MasterKeySource {
  let known: { stamp: string; keys: MasterKeys } | null = null;
  return () => {
    const stamp = stampOf(dir);
    // Taken before the reading: what changes in between has another stamp the next time.
    if (known === null || known.stamp !== stamp) known = { stamp, keys: readMasterKeys(dir) };
    return known.keys;
  };
}

function readMasterKeys(dir: string): MasterKeys {
  const current = readMasterKey(join(dir, CURRENT));
  assertFolderIsOurs(dir);
  return { current, older: olderMasterKeys(dir).filter(({ id }) => id !== current.id) };
}

/** The ones that are kept to open what is still sealed with them. */
export function olderMasterKeys(dir: string): MasterKey[] {
  return readdirSync(dir)
    .filter((name) => OLDER.test(name))
    .map((name) => {
      const key = readMasterKey(join(dir, name));
      if (name === fileOf(key.id)) return key;
      throw new Refusal(
        'key_file_content',
        `${join(dir, name)} holds the master key ${key.id}; a copy went wrong. Put the right file there.`,
      );
    });
}

/**
 * A new master key for what is sealed from now on. The one of today stays beside it as `master-<id>.key`, under that name before the new
 * one takes its place: whenever the machine stops, `master.key` is a whole key and every key is in some file.
 */
export function createNextMasterKey(dir: string): { previous: string; current: string } {
  const file = join(dir, CURRENT);
  const previous = readMasterKey(file);
  assertFolderIsOurs(dir);
  const next = `${file}.next`;
  if (existsSync(next))
    throw new Refusal(
      'key_file_exists',
      `${next} was left by a try that did not end, or another one is at work. Nothing was ever sealed with it: remove it and try again.`,
    );
  const text = newKeyText();
  writePrivateFile(next, text, statSync(file));
  keepAs(file, join(dir, fileOf(previous.id)));
  syncFolder(dir);
  renameSync(next, file);
  syncFolder(dir);
  return { previous: previous.id, current: masterKeyOf(keyBytes(file, text.trim())).id };
}

function keepAs(file: string, older: string): void {
  try {
    linkSync(file, older);
  } catch (error) {
    // Left by a try that was interrupted; its content is checked by its name whenever it is read.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    readMasterKey(older);
  }
}

/** The files of these master keys that are there, to say which may go. */
export function filesOf(dir: string, ids: readonly string[]): string[] {
  const there = new Set(readdirSync(dir));
  return ids
    .map(fileOf)
    .filter((name) => there.has(name))
    .map((name) => join(dir, name));
}

export function readMasterKey(file: string): MasterKey {
  return masterKeyOf(keyBytes(file, readPrivateFile(file).trim()));
}

const fileOf = (id: string) => `master-${id}.key`;

// The folder's time changes with every file that comes, goes or is renamed; the inode, when two of that fall into one tick of the clock.
function stampOf(dir: string): string {
  const folder = statSync(dir, { bigint: true, throwIfNoEntry: false });
  const file = statSync(join(dir, CURRENT), { bigint: true, throwIfNoEntry: false });
  return [folder?.mtimeNs, folder?.ctimeNs, file?.ino, file?.mtimeNs, file?.ctimeNs].join(' ');
}
