import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { CompiledQuery } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { Refusal } from '../../src/errors.ts';
import { openLedger } from '../../src/ledger/ledger.ts';
import { openLedgerFile } from '../../src/ledger/open.ts';
import { aKey, NOON } from '../support/builders.ts';
import { aLedgerFile, anOpenLedger, BEGINNING, rawLedger, recordEvents } from '../support/ledger-file.ts';
import { runChild } from '../support/run-child.ts';

const now = () => NOON;

async function refusalOnOpen(file: string): Promise<Refusal> {
  const error = await openLedger({ file, now }).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Refusal);
  return error as Refusal;
}

test('writes through to the disk at every commit, also when an existing file is opened again', async () => {
  const file = aLedgerFile();
  for (const _time of ['new', 'existing']) {
    const db = await openLedgerFile(file);
    const { rows } = await db.executeQuery(CompiledQuery.raw('pragma synchronous'));
    expect(rows).toEqual([{ synchronous: 2 }]);
    await db.destroy();
  }
});

test('keeps every table strict, so that a column never holds another type than it says', async () => {
  const file = aLedgerFile();
  await anOpenLedger(file);
  const loose = rawLedger(file)
    .prepare("select name from pragma_table_list where schema = 'main' and strict = 0 and name not like 'sqlite_%'")
    .pluck()
    .all();
  expect(loose).toEqual([]);
});

test('makes its files readable by the owner only', async () => {
  const before = process.umask(0);
  onTestFinished(() => void process.umask(before));
  const file = aLedgerFile();
  const ledger = await anOpenLedger(file);
  await recordEvents(ledger, BEGINNING);
  for (const path of [file, `${file}-wal`, `${file}-shm`]) expect(statSync(path).mode & 0o777).toBe(0o600);
});

test.each([0o640, 0o604, 0o660, 0o644])(
  'refuses a ledger that others can read (%o) and says what to type',
  async (mode) => {
    const file = aLedgerFile();
    await (await openLedger({ file, now })).close();
    chmodSync(file, mode);
    const refusal = await refusalOnOpen(file);
    expect(refusal.code).toBe('file_mode');
    expect(refusal.message).toContain(`chmod 600 ${file}`);
  },
);

test('refuses the database of another program and leaves it byte for byte as it was', async () => {
  const file = aLedgerFile();
  const other = new Database(file);
  other.exec('create table notes (text text)');
  other.close();
  chmodSync(file, 0o600);
  const before = readFileSync(file);
  expect((await refusalOnOpen(file)).code).toBe('not_a_ledger');
  expect(readFileSync(file)).toEqual(before);
});

test('refuses a file that is no database and leaves it as it was', async () => {
  const file = aLedgerFile();
  writeFileSync(file, 'Dear diary, '.repeat(1_000), { mode: 0o600 });
  expect((await refusalOnOpen(file)).code).toBe('ledger_broken');
  expect(readFileSync(file, 'utf8')).toContain('Dear diary');
});

test('refuses the ledger of a newer Rekey', async () => {
  const file = aLedgerFile();
  await (await openLedger({ file, now })).close();
  rawLedger(file).pragma('user_version = 99');
  const refusal = await refusalOnOpen(file);
  expect(refusal.code).toBe('ledger_too_new');
  expect(refusal.message).toContain('schema 99');
});

test('refuses a folder that is not there, with the path', async () => {
  const refusal = await refusalOnOpen(`${aLedgerFile()}/missing/ledger.sqlite`);
  expect(refusal.code).toBe('ledger_unusable');
});

test('several processes that start on one new file make its tables once', async () => {
  const file = aLedgerFile();
  const ends = await Promise.all(Array.from({ length: 4 }, () => runChild('open-ledger', [file])));
  for (const end of ends) expect(end).toMatchObject({ code: 0, out: 'open' });
});

test('the tables keep what was recorded across a restart', async () => {
  const file = aLedgerFile();
  const first = await openLedger({ file, now });
  await recordEvents(first, BEGINNING);
  await first.close();
  const second = await anOpenLedger(file);
  expect(await second.read.key(aKey().id)).toEqual(aKey());
  expect(await second.verifyAudit()).toMatchObject({ whole: true, entries: 3 });
});
