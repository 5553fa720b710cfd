import { chmodSync, truncateSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { anInstallation } from '../support/installation.ts';

async function anAudited() {
  const rekey = anInstallation();
  await rekey.issue({}, { slug: 'b', version: 1 }, { slug: 'c', version: 1 });
  return rekey;
}

/** As somebody would who has the file: past Rekey, with its triggers out of the way. */
function tamper(file: string, sql: string): void {
  const sqlite = new Database(file);
  const triggers = sqlite.prepare("select name from sqlite_master where type = 'trigger'").pluck().all();
  for (const name of triggers) sqlite.exec(`drop trigger "${name}"`);
  expect(sqlite.prepare(sql).run().changes).toBeGreaterThan(0);
  sqlite.close();
}

test('says that a whole audit is whole: 0', async () => {
  const { rekey } = await anAudited();
  expect(await rekey(['audit', 'verify'])).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^The audit is whole: 3 lines, head [0-9a-f]{16}…\n$/),
  });
});

test.each([
  ['a changed line', "update audit set actor = 'person:mallory' where seq = 2", 'line 2 was changed'],
  ['a removed line', 'delete from audit where seq = 2', 'line 2 is missing'],
  ['a cut end', 'delete from audit where seq = 3', 'the end is missing: 3 lines were written and 2 are there'],
])('finds %s, and says where: 1', async (_, sql, why) => {
  const { rekey, ledgerFile } = await anAudited();
  tamper(ledgerFile, sql);

  const text = await rekey(['audit', 'verify']);
  expect([text.code, text.err]).toEqual([1, '']);
  expect(text.out).toContain(`The audit is NOT whole: ${why}`);
  const json = await rekey(['audit', 'verify', '--json']);
  expect([json.code, JSON.parse(json.out)]).toMatchObject([1, { whole: false, why: expect.stringContaining(why) }]);
  const serve = await rekey(['serve']);
  expect([serve.code, serve.err]).toMatchObject([2, expect.stringContaining('restore the last backup')]);
});

test.each<[string, (file: string) => void, RegExp]>([
  ['damaged', (file) => truncateSync(file, 8_000), /is damaged \(.*restore the last backup/],
  [
    'no ledger at all',
    (file) => writeFileSync(file, 'not a database, but long enough to be looked at'.repeat(99)),
    /not a usable SQLite file/,
  ],
  [
    'readable by others',
    (file) => chmodSync(file, 0o644),
    /must be readable by its owner only \(0600\).*Type: chmod 600/,
  ],
])('a file that is %s is refused in one sentence: 2', async (_, spoil, sentence) => {
  const { rekey, ledgerFile } = await anAudited();
  spoil(ledgerFile);
  const { code, out, err } = await rekey(['audit', 'verify']);
  expect([code, out]).toEqual([2, '']);
  expect(err).toMatch(sentence);
  expect(err.trimEnd().split('\n')).toHaveLength(1);
});
