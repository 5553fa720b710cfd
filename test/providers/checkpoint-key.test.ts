import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { checkpointSignerOf, openCheckpointSigner } from '../../src/providers/checkpoint-key.ts';

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rekey-keys-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('the key that signs checkpoints is made once, for the owner only', () => {
  const folder = aFolder();
  expect(checkpointSignerOf(folder)).toBeNull();
  const { signer } = openCheckpointSigner(folder);
  expect(signer).toMatch(/^[0-9a-f]{64}$/);
  expect(statSync(join(folder, 'checkpoint.key')).mode & 0o777).toBe(0o600);
  const before = readFileSync(join(folder, 'checkpoint.key'));
  expect(openCheckpointSigner(folder).signer).toBe(signer);
  expect(checkpointSignerOf(folder)).toBe(signer);
  expect(readFileSync(join(folder, 'checkpoint.key'))).toEqual(before);
});

test('a key that others can read is refused, with what to type', () => {
  const folder = aFolder();
  openCheckpointSigner(folder);
  chmodSync(join(folder, 'checkpoint.key'), 0o644);
  expect(() => openCheckpointSigner(folder)).toThrow('chmod 600');
});

test('a file that holds something else is refused and left as it is', () => {
  const folder = aFolder();
  const file = join(folder, 'checkpoint.key');
  writeFileSync(file, 'not a key\n', { mode: 0o600 });
  expect(() => openCheckpointSigner(folder)).toThrow('must hold an Ed25519 private key');
  expect(readFileSync(file, 'utf8')).toBe('not a key\n');
});
