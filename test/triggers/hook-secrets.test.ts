import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { hookSecret } from '../../src/triggers/hook-secrets.ts';

let keysDir: string;
const SECRET = 'hook-secret-of-the-payments-api-0123456789';

beforeEach(() => {
  keysDir = mkdtempSync(join(tmpdir(), 'rekey-hooks-'));
  onTestFinished(() => rmSync(keysDir, { recursive: true, force: true }));
  mkdirSync(join(keysDir, 'hooks'), { mode: 0o700 });
});

function aSecretFile(name: string, text: string, mode = 0o600): string {
  const file = join(keysDir, 'hooks', name);
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}

test('the secret of a hook is what its file holds, without the line break', () => {
  aSecretFile('payments-api', `${SECRET}\n`);
  expect(hookSecret(keysDir, 'payments-api')?.reveal()).toBe(SECRET);
  expect(String(hookSecret(keysDir, 'payments-api'))).toBe('[secret]');
});

test.each(['nobody', '', '..', '../master.key', 'a/b', 'UPPER', '.hidden', 'x'.repeat(64), 'a\0b'])(
  'there is no hook %j',
  (name) => {
    writeFileSync(join(keysDir, 'master.key'), SECRET, { mode: 0o600 });
    expect(hookSecret(keysDir, name)).toBeNull();
  },
);

test.each([0o640, 0o604, 0o644, 0o660, 0o666])('a secret of mode %o is refused, with what to type', (mode) => {
  const file = aSecretFile('payments-api', SECRET, mode);
  expect(() => hookSecret(keysDir, 'payments-api')).toThrow(`Type: chmod 600 ${file}`);
});

test('a secret that is too short to be one is refused, without being shown', () => {
  aSecretFile('payments-api', 'hunter2-hunter2-hunter2-hunter2');
  expect(() => hookSecret(keysDir, 'payments-api')).toThrow('holds 31 characters; a hook secret has at least 32');
  expect(() => hookSecret(keysDir, 'payments-api')).not.toThrow('hunter2');
});
