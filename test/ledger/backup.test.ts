import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type BackupProgress, backupLedger, type Cipher } from '../../src/ledger/backup.ts';
import { openLedger } from '../../src/ledger/ledger.ts';
import { restoreLedger } from '../../src/ledger/restore.ts';
import { backupIdentity, decryptStream, encryptStream } from '../../src/providers/age.ts';
import { aKey, NOON } from '../support/builders.ts';
import { aLedgerFile, anOpenLedger, BEGINNING, rawLedger, recordEvents } from '../support/ledger-file.ts';
import { runChild } from '../support/run-child.ts';

interface Ciphers {
  encrypt: Cipher;
  decrypt: Cipher;
  master: Uint8Array;
}

async function ciphers(master: Uint8Array = randomBytes(32)): Promise<Ciphers> {
  const { identity, recipient } = await backupIdentity({ id: 'm1', bytes: master });
  return {
    master,
    encrypt: (source) => encryptStream(source, [recipient]),
    decrypt: (source) => decryptStream(source, [identity]),
  };
}

const refusals = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    type: 'request_refused' as const,
    what: `what-${i}`,
    code: 'test',
    sentence: 'a line that compresses well '.repeat(8),
  }));

/** A ledger in use and where its backup goes. */
async function aLedgerToKeep() {
  const ledgerFile = aLedgerFile();
  const ledger = await anOpenLedger(ledgerFile);
  await recordEvents(ledger, [...BEGINNING, ...refusals(300)]);
  mkdirSync(join(dirname(ledgerFile), 'backups'));
  const file = join(dirname(ledgerFile), 'backups', 'ledger.age');
  return { ledger, ledgerFile, file, ...(await ciphers()) };
}

/** The folder beside the one of the ledger, as after a move to another machine. */
const elsewhere = (ledgerFile: string) => join(dirname(ledgerFile), 'backups', 'ledger.sqlite');

test('what was backed up comes back, row by row and line by line', async () => {
  const { ledger, ledgerFile, file, encrypt, decrypt } = await aLedgerToKeep();
  const backup = await backupLedger({ ledgerFile, file, encrypt });
  expect(backup).toMatchObject({ file, lines: 303, bytes: statSync(file).size });
  expect(backup.head).toBe((await ledger.read.auditHead()).hash);
  const target = elsewhere(ledgerFile);
  const restored = await restoreLedger({ backup: file, ledgerFile: target, decrypt, present: 'refuse', now: NOON });
  expect(restored).toEqual({ lines: 303, head: backup.head, keptAside: null });
  const again = await anOpenLedger(target);
  expect(await again.read.key(aKey().id)).toEqual(await ledger.read.key(aKey().id));
  expect(await again.verifyAudit()).toEqual(await ledger.verifyAudit());
  expect(await again.verifyTables()).toMatchObject({ whole: true });
});

test('a backup is for its owner only, encrypted, and leaves nothing else behind', async () => {
  const { ledgerFile, file, encrypt } = await aLedgerToKeep();
  const before = readdirSync(dirname(ledgerFile)).sort();
  await backupLedger({ ledgerFile, file, encrypt });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const bytes = readFileSync(file);
  expect(bytes.toString('latin1')).toMatch(/^age-encryption\.org\/v1\n/);
  for (const word of ['payments-prod', 'SQLite format', 'request_refused']) expect(bytes.includes(word)).toBe(false);
  expect(readdirSync(dirname(file))).toEqual(['ledger.age']);
  expect(readdirSync(dirname(ledgerFile)).sort()).toEqual(before);
});

test('a backup holds neither the pepper nor the master key', async () => {
  const { ledgerFile, file, decrypt, encrypt, master } = await aLedgerToKeep();
  await backupLedger({ ledgerFile, file, encrypt });
  const plain = await decrypt(new Blob([readFileSync(file)]).stream() as Parameters<Cipher>[0]);
  const content = gunzipSync(await buffer(plain));
  expect(content.subarray(0, 15).toString()).toBe('SQLite format 3');
  for (const form of ['hex', 'base64', 'latin1'] as const)
    expect(content.includes(Buffer.from(master).toString(form))).toBe(false);
});

test('a backup that is made while another process records is one whole moment, and never keeps that one waiting', async () => {
  const { ledger, ledgerFile, file, encrypt, decrypt } = await aLedgerToKeep();
  // One, so that nobody but the backup could hold it up.
  const recording = runChild('record-many', [ledgerFile, 'a', '400']);
  const lines: number[] = [];
  for (let i = 0; i < 4; i++) lines.push((await backupLedger({ ledgerFile, file: `${file}${i}`, encrypt })).lines);
  expect(await recording).toMatchObject({ code: 0, err: '' });
  expect(await ledger.verifyAudit()).toMatchObject({ whole: true, entries: 703 });
  expect(lines).toEqual([...lines].sort((a, b) => a - b));
  const target = elsewhere(ledgerFile);
  await restoreLedger({ backup: `${file}3`, ledgerFile: target, decrypt, present: 'refuse', now: NOON });
  expect(await (await anOpenLedger(target)).verifyTables()).toMatchObject({ whole: true });
}, 60_000);

test('says how far it is, from nothing to everything, phase after phase', async () => {
  const { ledgerFile, file, encrypt } = await aLedgerToKeep();
  const said: BackupProgress[] = [];
  await backupLedger({ ledgerFile, file, encrypt, onProgress: (progress) => said.push(progress) });
  expect([...new Set(said.map(({ phase }) => phase))]).toEqual(['copying', 'checking', 'writing']);
  for (const { done } of said) expect(done).toBeGreaterThanOrEqual(0);
  expect(said.at(-1)).toEqual({ phase: 'writing', done: 1 });
});

describe('refuses', () => {
  test('to overwrite a backup', async () => {
    const { ledgerFile, file, encrypt } = await aLedgerToKeep();
    writeFileSync(file, 'yesterday');
    await expect(backupLedger({ ledgerFile, file, encrypt })).rejects.toMatchObject({ code: 'backup_exists' });
    expect(readFileSync(file, 'utf8')).toBe('yesterday');
  });

  test('to keep a backup of an audit that is broken, and says where it is', async () => {
    const { ledgerFile, file, encrypt } = await aLedgerToKeep();
    rawLedger(ledgerFile).exec("drop trigger audit_no_update; update audit set actor = 'person:eve' where seq = 100");
    await expect(backupLedger({ ledgerFile, file, encrypt })).rejects.toMatchObject({
      code: 'ledger_broken',
      message: expect.stringContaining('line 100'),
    });
    expect(existsSync(file)).toBe(false);
  });

  test('to leave half a backup when the encryption fails', async () => {
    const { ledgerFile, file } = await aLedgerToKeep();
    const encrypt: Cipher = async () => {
      throw new Error('no such recipient');
    };
    await expect(backupLedger({ ledgerFile, file, encrypt })).rejects.toThrow('no such recipient');
    expect(readdirSync(dirname(file))).toEqual([]);
  });
});

describe('a restore', () => {
  async function aBackup() {
    const kept = await aLedgerToKeep();
    await backupLedger(kept);
    const { ledger, ledgerFile, file: backup, decrypt } = kept;
    return { ledger, ledgerFile, backup, decrypt, present: 'keep_aside', now: NOON } as const;
  }

  test('refuses to replace a ledger unless it is told to', async () => {
    const world = await aBackup();
    await expect(restoreLedger({ ...world, present: 'refuse' })).rejects.toMatchObject({ code: 'ledger_exists' });
  });

  test('keeps the ledger that was there beside the restored one, whole', async () => {
    const world = await aBackup();
    await recordEvents(world.ledger, refusals(5));
    await world.ledger.close();
    const { keptAside } = await restoreLedger(world);
    expect(keptAside).toBe(`${world.ledgerFile}.before-20270310T120000Z`);
    expect(await (await anOpenLedger(world.ledgerFile)).verifyAudit()).toMatchObject({ whole: true, entries: 303 });
    expect(await (await anOpenLedger(keptAside ?? '')).verifyAudit()).toMatchObject({ whole: true, entries: 308 });
  });

  test('refuses while somebody has the ledger open, and changes nothing', async () => {
    const world = await aBackup();
    await recordEvents(world.ledger, refusals(5));
    await expect(restoreLedger(world)).rejects.toMatchObject({ code: 'ledger_in_use' });
    expect(await world.ledger.verifyAudit()).toMatchObject({ whole: true, entries: 308 });
    expect(readdirSync(dirname(world.ledgerFile)).filter((name) => name.includes('restore'))).toEqual([]);
  });

  test('replaces a ledger that is damaged, with its log, and keeps that for whoever looks into it', async () => {
    const world = await aBackup();
    await world.ledger.close();
    writeFileSync(world.ledgerFile, 'not a database any more '.repeat(400));
    writeFileSync(`${world.ledgerFile}-wal`, 'a log of something else');
    chmodSync(world.ledgerFile, 0o600);
    const { keptAside } = await restoreLedger(world);
    expect(readFileSync(keptAside ?? '', 'utf8')).toContain('not a database');
    expect(readFileSync(`${keptAside}-wal`, 'utf8')).toBe('a log of something else');
    expect(await (await anOpenLedger(world.ledgerFile)).verifyAudit()).toMatchObject({ whole: true, entries: 303 });
  });

  test('refuses a backup that was altered anywhere or cut, and leaves the ledger alone', async () => {
    const world = await aBackup();
    await world.ledger.close();
    const bytes = readFileSync(world.backup);
    for (const at of [10, 100, 300, Math.floor(bytes.length / 2), bytes.length - 1]) {
      const altered = Buffer.from(bytes);
      altered[at] = (altered[at] ?? 0) ^ 1;
      writeFileSync(world.backup, altered);
      await expect(restoreLedger(world)).rejects.toMatchObject({ name: 'Refusal' });
    }
    for (const length of [0, 50, 250, bytes.length - 1]) {
      writeFileSync(world.backup, bytes.subarray(0, length));
      await expect(restoreLedger(world)).rejects.toMatchObject({ name: 'Refusal' });
    }
    const ledger = await openLedger({ file: world.ledgerFile, now: () => NOON });
    expect(await ledger.verifyAudit()).toMatchObject({ whole: true, entries: 303 });
    await ledger.close();
    expect(readdirSync(dirname(world.ledgerFile)).sort()).toEqual(['backups', 'ledger.sqlite']);
  });

  test('refuses a backup that another installation made, because it cannot be opened here', async () => {
    const world = await aBackup();
    const { decrypt } = await ciphers();
    await expect(restoreLedger({ ...world, decrypt })).rejects.toMatchObject({ code: 'age_identity' });
  });

  test('refuses a file that is something else, however well it is encrypted', async () => {
    const world = await aBackup();
    const identity = async (source: Parameters<Cipher>[0]) => source;
    writeFileSync(world.backup, 'hello');
    await expect(restoreLedger({ ...world, decrypt: identity })).rejects.toMatchObject({ code: 'backup_unreadable' });
  });
});
