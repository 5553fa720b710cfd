import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Refusal } from '../../src/errors.ts';
import { createKeyFiles, loadKeyFiles } from '../../src/providers/key-files.ts';

let dir: string;
let master: string;
let pepper: string;

beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), 'key-files-')), 'keys');
  [master, pepper] = [join(dir, 'master.key'), join(dir, 'pepper.key')];
  createKeyFiles(dir);
});
afterEach(() => rmSync(join(dir, '..'), { recursive: true }));

function refusalOf(work: () => unknown): Refusal {
  try {
    work();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

const put = (file: string, text: string) => writeFileSync(file, text, { mode: 0o600 });

test('makes a master key and a pepper that only their owner can read, and loads them (S2-18)', () => {
  for (const file of [master, pepper]) expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(dir).mode & 0o777).toBe(0o700);
  const loaded = loadKeyFiles(dir);
  expect(loaded.masterKey.bytes).toHaveLength(32);
  expect(loaded.masterKey.id).toMatch(/^[0-9a-f]{8}$/);
  expect(loaded.pepper.id).not.toBe(loaded.masterKey.id);
  expect(loadKeyFiles(dir).pepper.digestOf('x')).toBe(loaded.pepper.digestOf('x'));
});

test.each(['master.key', 'pepper.key'])('never overwrites, and makes nothing while %s is there', (name) => {
  const kept = readFileSync(join(dir, name), 'utf8');
  const other = name === 'master.key' ? pepper : master;
  rmSync(other);
  expect(refusalOf(() => createKeyFiles(dir)).code).toBe('key_file_exists');
  expect(readFileSync(join(dir, name), 'utf8')).toBe(kept);
  expect(statSync(other, { throwIfNoEntry: false })).toBeUndefined();
});

test('does not follow a dangling link when it makes the files', () => {
  rmSync(master);
  rmSync(pepper);
  symlinkSync(join(dir, 'elsewhere'), master);
  expect(refusalOf(() => createKeyFiles(dir)).code).toBe('key_file_exists');
  expect(statSync(join(dir, 'elsewhere'), { throwIfNoEntry: false })).toBeUndefined();
});

test.each([0o640, 0o604, 0o620, 0o602, 0o601, 0o644, 0o666])(
  'refuses a file of mode %o with the command to type',
  (mode) => {
    chmodSync(pepper, mode);
    const { code, message } = refusalOf(() => loadKeyFiles(dir));
    expect(code).toBe('file_mode');
    expect(message).toContain(`0${mode.toString(8)}`);
    expect(message).toContain(`chmod 600 ${pepper}`);
  },
);

test('takes a file that not even its owner can write', () => {
  chmodSync(master, 0o400);
  expect(loadKeyFiles(dir).masterKey.bytes).toHaveLength(32);
});

test('refuses a folder into which others can put a key of their own', () => {
  chmodSync(dir, 0o770);
  expect(refusalOf(() => loadKeyFiles(dir)).message).toContain(`chmod 700 ${dir}`);
});

test('says what to do when a file is missing', () => {
  rmSync(pepper);
  const { code, message } = refusalOf(() => loadKeyFiles(dir));
  expect(code).toBe('key_file_missing');
  expect(message).toContain(pepper);
  expect(message).toContain('rekey init');
});

test('refuses a link, a folder and a pipe', () => {
  const real = join(dir, 'real');
  put(real, readFileSync(master, 'utf8'));
  const kinds = [
    () => symlinkSync(real, master),
    () => mkdirSync(master, { mode: 0o700 }),
    () => execFileSync('mkfifo', ['-m', '600', master]),
  ];
  for (const make of kinds) {
    rmSync(master, { recursive: true });
    make();
    expect(refusalOf(() => loadKeyFiles(dir)).code).toBe('key_file_kind');
  }
});

test.each([
  ['empty', ''],
  ['31 bytes', Buffer.alloc(31, 7).toString('base64')],
  ['33 bytes', Buffer.alloc(33, 7).toString('base64')],
  ['hex', '0123456789abcdef'.repeat(4)],
  ['not base64', '!'.repeat(44)],
])('refuses contents of the wrong length or kind: %s', (_, text) => {
  put(master, text);
  const { code, message } = refusalOf(() => loadKeyFiles(dir));
  expect(code).toBe('key_file_content');
  if (text !== '') expect(message).not.toContain(text);
});

test.each([
  ['all zero', Buffer.alloc(32)],
  ['one byte repeated', Buffer.alloc(32, 0x2a)],
  ['a short word repeated', Buffer.from('deadbeef'.repeat(8), 'hex')],
  ['counting up', Buffer.from(Array.from({ length: 32 }, (_, index) => index))],
  ['counting down', Buffer.from(Array.from({ length: 32 }, (_, index) => 255 - 3 * index))],
  ['typed text', Buffer.from('change-me-please-this-is-example')],
])('refuses an example: %s', (_, bytes) => {
  put(pepper, bytes.toString('base64'));
  expect(refusalOf(() => loadKeyFiles(dir)).code).toBe('key_file_example');
});

test('never takes real random bytes for an example', () => {
  for (let i = 0; i < 200; i++) {
    rmSync(dir, { recursive: true });
    createKeyFiles(dir);
    loadKeyFiles(dir);
  }
});

test('refuses a pepper that is a copy of the master key', () => {
  put(pepper, readFileSync(master, 'utf8'));
  expect(refusalOf(() => loadKeyFiles(dir)).message).toContain('independent');
});
