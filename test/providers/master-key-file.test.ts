import { chmodSync, copyFileSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { KeyId, SecretId } from '../../src/domain/ids.ts';
import { Refusal } from '../../src/errors.ts';
import { loadKeyFiles, loadKeys } from '../../src/providers/key-files.ts';
import { createNextMasterKey, fileMasterKeys, filesOf } from '../../src/providers/master-key-file.ts';
import { openVault } from '../../src/providers/seal.ts';
import { Secret } from '../../src/secret.ts';
import { NOON } from '../support/builders.ts';
import { aKeysDir } from '../support/vault-world.ts';

const about = { id: SecretId.parse('sec-1'), key: KeyId.parse('key-1'), purpose: 'new_key', now: NOON } as const;

function refusalOf(work: () => unknown): Refusal {
  try {
    work();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

test('a new master key keeps the one before it beside it, both private, under the name that envelopes use', () => {
  const dir = aKeysDir();
  const before = readFileSync(join(dir, 'master.key'), 'utf8');
  const { previous, current } = createNextMasterKey(dir);
  const keys = fileMasterKeys(dir)();
  expect([keys.current.id, ...keys.older.map(({ id }) => id)]).toEqual([current, previous]);
  expect(readFileSync(join(dir, `master-${previous}.key`), 'utf8')).toBe(before);
  for (const name of ['master.key', `master-${previous}.key`])
    expect(statSync(join(dir, name)).mode & 0o777).toBe(0o600);
  expect(filesOf(dir, [previous, 'ffff0000'])).toEqual([join(dir, `master-${previous}.key`)]);
});

test('after three new master keys, what the first one sealed still opens, and the last one seals', () => {
  const dir = aKeysDir();
  const vault = openVault(fileMasterKeys(dir));
  const sealed = vault.seal(new Secret('canary-material-0'), about);
  for (let i = 0; i < 3; i++) createNextMasterKey(dir);
  expect(vault.open(sealed).reveal()).toBe('canary-material-0');
  const { current, older } = vault.masterKeys();
  expect(older).toHaveLength(3);
  expect(vault.seal(new Secret('canary-material-1'), about).envelope).toContain(`v1.${current}.`);
});

test('the next master key is used by a process that runs, from the moment it is there', () => {
  const dir = aKeysDir();
  const keys = fileMasterKeys(dir);
  for (let i = 0; i < 50; i++) {
    const { current } = createNextMasterKey(dir);
    expect(keys().current.id).toBe(current);
  }
});

test('whenever it is interrupted, master.key is a whole key and the next try says what to remove', () => {
  const dir = aKeysDir();
  const { id } = loadKeyFiles(dir).masterKey;
  writeFileSync(join(dir, 'master.key.next'), 'half', { mode: 0o600 });
  const { code, message } = refusalOf(() => createNextMasterKey(dir));
  expect(code).toBe('key_file_exists');
  expect(message).toContain(join(dir, 'master.key.next'));
  expect(loadKeyFiles(dir).masterKey.id).toBe(id);
  rmSync(join(dir, 'master.key.next'));
  // Interrupted between the link and the renaming: both names are the same key.
  copyFileSync(join(dir, 'master.key'), join(dir, `master-${id}.key`));
  expect(fileMasterKeys(dir)()).toMatchObject({ current: { id }, older: [] });
  expect(createNextMasterKey(dir).previous).toBe(id);
});

test('an older key is as private as the one of today, and its name says what is in it', () => {
  const dir = aKeysDir();
  const { previous } = createNextMasterKey(dir);
  const older = join(dir, `master-${previous}.key`);
  chmodSync(older, 0o644);
  expect(refusalOf(() => loadKeyFiles(dir)).message).toContain(`chmod 600 ${older}`);
  chmodSync(older, 0o600);
  renameSync(older, join(dir, 'master-00000000.key'));
  expect(refusalOf(() => loadKeyFiles(dir)).message).toContain(previous);
});

test('a folder that others can write is refused while it runs, too', () => {
  const dir = aKeysDir();
  const keys = fileMasterKeys(dir);
  keys();
  chmodSync(dir, 0o777);
  expect(refusalOf(keys).code).toBe('file_mode');
});

test('without a command the keys are those of the folder', async () => {
  const dir = aKeysDir();
  expect((await loadKeys({ dir, command: null })).masterKey.id).toBe(loadKeyFiles(dir).masterKey.id);
});
