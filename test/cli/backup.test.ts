import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { anInstallationOf } from '../support/cli-people.ts';
import { rawLedger } from '../support/ledger-file.ts';

test('a backup is private, tells nothing of a key, and takes the place of nothing', async () => {
  const { rekey, issue, folder } = anInstallationOf('bob');
  const [{ key } = { key: null }] = await issue({});
  const file = join(folder, 'rekey.age');
  expect(await rekey(['backup', file])).toMatchObject({ code: 0, err: '' });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file).includes(key?.digest ?? '-')).toBe(false);
  expect(await rekey(['backup', file])).toMatchObject({ code: 2, err: expect.stringContaining('already there') });
  expect(await rekey(['restore', file])).toMatchObject({ code: 2, err: expect.stringContaining('There is a ledger') });
});

test('a ledger is backed up, lost and brought back, and the checkpoint from before still fits', async () => {
  const { rekey, issue, folder, ledgerFile } = anInstallationOf('bob');
  const [{ material } = { material: '' }] = await issue({});
  const [file, anchor] = [join(folder, 'rekey.age'), join(folder, 'checkpoint.json')];
  expect(await rekey(['audit', 'checkpoint', '--out', anchor])).toMatchObject({ code: 0 });
  expect(await rekey(['backup', file])).toMatchObject({ code: 0, err: '' });
  for (const end of ['', '-wal', '-shm']) rmSync(ledgerFile + end, { force: true });
  expect(await rekey(['restore', file])).toMatchObject({ code: 0, out: expect.stringContaining('Restored') });
  expect(existsSync(ledgerFile)).toBe(true);
  expect(await rekey(['keys', 'verify'], { input: material })).toMatchObject({ code: 0 });
  expect(await rekey(['audit', 'verify', '--anchor', anchor])).toMatchObject({ code: 0 });
});

test('an audit that somebody wrote anew is found against the checkpoint', async () => {
  const { rekey, issue, folder, ledgerFile } = anInstallationOf('bob');
  await issue({});
  const anchor = join(folder, 'checkpoint.json');
  await rekey(['audit', 'checkpoint', '--out', anchor]);
  const raw = rawLedger(ledgerFile);
  raw.exec('drop trigger if exists audit_no_delete; drop trigger if exists audit_append_only_delete');
  for (const { name } of raw
    .prepare("select name from sqlite_master where type = 'trigger' and tbl_name = 'audit'")
    .all() as {
    name: string;
  }[])
    raw.exec(`drop trigger ${name}`);
  raw.exec('delete from audit; update audit_head set seq = 0');
  const { code, out, err } = await rekey(['audit', 'verify', '--anchor', anchor]);
  expect([code, out + err]).toEqual([1, expect.stringContaining('the end was cut')]);
});
