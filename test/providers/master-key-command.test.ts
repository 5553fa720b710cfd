import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { KeyId, SecretId } from '../../src/domain/ids.ts';
import { Refusal } from '../../src/errors.ts';
import { loadKeyFiles, loadKeys } from '../../src/providers/key-files.ts';
import { masterKeyOf } from '../../src/providers/master-key.ts';
import { commandMasterKeys } from '../../src/providers/master-key-command.ts';
import { openVault } from '../../src/providers/seal.ts';
import { Secret } from '../../src/secret.ts';
import { NOON } from '../support/builders.ts';
import { aKeysDir } from '../support/vault-world.ts';

const bytes = randomBytes(32);
const text = bytes.toString('base64');
const own = { older: [], timeoutMs: 10_000 };
const about = { id: SecretId.parse('sec-1'), key: KeyId.parse('key-1'), purpose: 'new_key', now: NOON } as const;

async function refusalOf(work: Promise<unknown>): Promise<Refusal> {
  const error = await work.then(() => 'nothing was refused').catch((thrown: unknown) => thrown);
  if (error instanceof Refusal) return error;
  throw error;
}

test('the first line that the program prints is the master key, further ones are older', async () => {
  const older = randomBytes(32);
  const keys = await commandMasterKeys(['/usr/bin/printf', '%s\n\n%s\n', text, older.toString('base64')], own);
  expect(keys().current).toEqual(masterKeyOf(bytes));
  expect(keys().older).toEqual([masterKeyOf(older)]);
});

test('nothing in the arguments is interpreted by a shell', async () => {
  const dir = aKeysDir();
  const made = join(dir, 'made');
  const { message } = await refusalOf(
    commandMasterKeys(['/usr/bin/printf', '%s', `$(touch ${made}); \`touch ${made}\``], own),
  );
  expect(message).toContain('Line 1 of what /usr/bin/printf prints');
  expect(existsSync(made)).toBe(false);
});

test.each([
  ['is not there', ['/nowhere/kms'], 'could not be started'],
  ['ends with an error', ['/bin/sh', '-c', 'echo canary-on-stderr >&2; exit 7'], 'ended with code 7'],
  ['prints nothing', ['/bin/true'], 'printed nothing'],
  ['prints too much', ['/usr/bin/yes'], 'printed more than 65536 bytes'],
] as const)('a program that %s stops the start with a sentence', async (_, argv, said) => {
  const { code, message } = await refusalOf(commandMasterKeys(argv, own));
  expect(code).toBe('master_key_command');
  expect(message).toContain(said);
  expect(message).not.toContain('canary');
});

test('a program that hangs is ended with everything that it started', async () => {
  const dir = aKeysDir();
  const pidFile = join(dir, 'pid');
  const argv = ['/bin/sh', '-c', `sleep 60 & echo $! > ${pidFile}; wait`];
  const hanging = commandMasterKeys(argv, { older: [], timeoutMs: 1_500 });
  expect((await refusalOf(hanging)).message).toContain('gave no answer within 1.5 s');
  const pid = Number(readFileSync(pidFile, 'utf8'));
  const isAlive = () => existsSync(`/proc/${pid}`) && !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  await vi.waitFor(() => expect(isAlive()).toBe(false), { timeout: 5_000 });
});

test.each([
  ['not a key', 'this is not a key'],
  ['a short key', Buffer.alloc(31, 7).toString('base64')],
  ['an example', Buffer.alloc(32).toString('base64')],
])('an answer that is %s is refused and never repeated', async (_, answer) => {
  const error = await refusalOf(commandMasterKeys(['/usr/bin/printf', '%s', answer], own));
  expect(error.code).toMatch(/^key_file_/);
  expect(error.message + error.stack).not.toContain(answer);
});

test('with a command, the keys in the folder only open what they sealed before', async () => {
  const dir = aKeysDir();
  const before = openVault(loadKeyFiles(dir).masterKeys);
  const sealed = before.seal(new Secret('canary-material-0'), about);
  const { masterKeys, masterKey, pepper } = await loadKeys({ dir, command: ['/usr/bin/printf', '%s', text] });
  expect(masterKey).toEqual(masterKeyOf(bytes));
  expect(pepper.id).toBe(loadKeyFiles(dir).pepper.id);
  const vault = openVault(masterKeys);
  expect(vault.open(sealed).reveal()).toBe('canary-material-0');
  expect(vault.masterKeys()).toEqual({ current: masterKey.id, older: [loadKeyFiles(dir).masterKey.id] });
});

test('with a command, there need be no master key in the folder, and the pepper must be another one', async () => {
  const dir = aKeysDir();
  rmSync(join(dir, 'master.key'));
  const command = ['/usr/bin/printf', '%s', text];
  expect((await loadKeys({ dir, command })).masterKeys().older).toEqual([]);
  writeFileSync(join(dir, 'pepper.key'), text, { mode: 0o600 });
  expect((await refusalOf(loadKeys({ dir, command }))).message).toContain('independent');
});
