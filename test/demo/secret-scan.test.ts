import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { secretScan } from '../../src/demo/secret-scan.ts';
import { encodingsOf } from '../../src/scrub.ts';

const CANARY = 'rekey_live_0123456789abcdef_4f9Zk2mQ7+pdT/xW=c3Rb8';
const OTHER = 'xoxb-7d1f0a4be2c9837765a1';
const look = secretScan(
  new Map([
    ['canary', CANARY],
    ['token', OTHER],
  ]),
);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rekey-scan-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const ENCODED: [string, string][] = [
  ['as it is', CANARY],
  ['in base64', Buffer.from(CANARY).toString('base64')],
  ['in base64, a byte further', Buffer.from(`x${CANARY}yz`).toString('base64')],
  ['in base64, two bytes further', Buffer.from(`xy${CANARY}z`).toString('base64')],
  ['in base64url', Buffer.from(CANARY).toString('base64url')],
  ['in hex', Buffer.from(CANARY).toString('hex')],
  ['in capital hex', Buffer.from(CANARY).toString('hex').toUpperCase()],
  ['in a URL', encodeURIComponent(CANARY)],
  ['in JSON', JSON.stringify({ key: CANARY })],
  ['in JSON within JSON', JSON.stringify(JSON.stringify({ key: CANARY }))],
];

test.each(ENCODED)('finds a secret %s', (_name, planted) => {
  expect(look.inText('the chat', `before ${planted} after`)).toEqual([{ where: 'the chat', what: 'canary' }]);
});

test('finds each of its encodings in a file', () => {
  for (const [index, form] of encodingsOf(CANARY).entries()) writeFileSync(join(folder, `${index}.log`), `x${form}y`);
  const seen = new Set(look.inFolder(folder).map(({ where }) => where));
  expect(seen.size).toBe(encodingsOf(CANARY).length);
});

test('names each secret once for each place, and never shows it', () => {
  const seen = look.inText('the chat', `${CANARY} ${CANARY} ${OTHER}`);
  expect(seen).toEqual([
    { where: 'the chat', what: 'canary' },
    { where: 'the chat', what: 'token' },
  ]);
});

describe('in a folder', () => {
  test('finds what a database holds, also in its write-ahead log and after it was deleted', () => {
    const file = join(folder, 'ledger.sqlite');
    const db = new Database(file);
    db.pragma('journal_mode = WAL');
    db.exec('CREATE TABLE t (v TEXT)');
    db.prepare('INSERT INTO t VALUES (?)').run(CANARY);
    expect(look.inFolder(folder)).toEqual([{ where: `${file}-wal`, what: 'canary' }]);
    db.exec('DELETE FROM t');
    db.close();
    expect(look.inFolder(folder)).toEqual([{ where: file, what: 'canary' }]);
  });

  test('looks into every folder below, and not where secrets belong', () => {
    mkdirSync(join(folder, 'queue/base'), { recursive: true });
    mkdirSync(join(folder, 'keys'));
    writeFileSync(join(folder, 'queue/base/16384'), Buffer.concat([Buffer.alloc(9), Buffer.from(CANARY)]));
    writeFileSync(join(folder, 'keys/master.key'), CANARY);
    expect(look.inFolder(folder, [join(folder, 'keys')])).toEqual([
      { where: join(folder, 'queue/base/16384'), what: 'canary' },
    ]);
  });

  test('finds nothing where nothing is, and nothing in a folder that is gone', () => {
    writeFileSync(join(folder, 'rekey.log'), 'payments-prod v2 delivered');
    expect(look.inFolder(folder)).toEqual([]);
    expect(look.inFolder(join(folder, 'gone'))).toEqual([]);
  });
});

test.skipIf(process.platform !== 'linux')('finds a secret among the arguments of a running program', async () => {
  const child: ChildProcess = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', `--key=${CANARY}`]);
  const pid = child.pid ?? 0;
  try {
    await vi.waitFor(() =>
      expect(look.inArguments([pid])).toEqual([{ where: `/proc/${pid}/cmdline`, what: 'canary' }]),
    );
    expect(look.inArguments([process.pid])).toEqual([]);
  } finally {
    child.kill('SIGKILL');
  }
});
