import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { keepEvidence } from '../../../src/cli/asks/keep-evidence.ts';

function aFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'rekey-evidence-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const write = (name: string, content: string | Buffer) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  return { folder, dataDir: join(folder, 'data'), kept: join(folder, 'data', 'evidence'), write };
}

test('a file is copied under its hash, byte for byte, for its owner only; the same content is kept once', () => {
  const { dataDir, kept, write } = aFolder();
  const content = Buffer.from([0, 255, 10, 13, 200]);
  const sha256 = createHash('sha256').update(content).digest('hex');
  const reference = keepEvidence(dataDir, write('shot.png', content));
  expect(reference).toEqual({ name: 'shot.png', sha256, bytes: 5, kept: `evidence/${sha256}` });
  expect(keepEvidence(dataDir, write('again.png', content))).toMatchObject({ name: 'again.png', sha256 });
  expect(readdirSync(kept)).toEqual([sha256]);
  expect(readFileSync(join(kept, sha256))).toEqual(content);
  expect(statSync(join(kept, sha256)).mode & 0o777).toBe(0o600);
  expect(statSync(kept).mode & 0o777).toBe(0o700);
});

test.each([
  ['with a key in it', (key: string) => `before\n${key}\nafter`, 'secret_in_answer'],
  ['that is too big', () => Buffer.alloc(10 * 1024 * 1024 + 1), 'evidence_too_big'],
] as const)('a file %s is refused and not kept', (_how, content, code) => {
  const { folder, dataDir, write } = aFolder();
  const path = write('deploy.log', content(`ghp_${'wxyz'.repeat(9)}`));
  expect(() => keepEvidence(dataDir, path)).toThrow(expect.objectContaining({ code }));
  expect(readdirSync(folder)).toEqual(['deploy.log']);
});

test('what is missing or no plain file is refused by name', () => {
  const { folder, dataDir } = aFolder();
  mkdirSync(join(folder, 'logs'));
  expect(() => keepEvidence(dataDir, join(folder, 'logs'))).toThrow('must be a plain file');
  expect(() => keepEvidence(dataDir, join(folder, 'nothing.log'))).toThrow('cannot be read');
});
