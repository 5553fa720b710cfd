import { createHash } from 'node:crypto';
import { closeSync, copyFileSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { makeLedger } from '../../scripts/bench/make-ledger.ts';
import { contentHash } from '../../src/domain/canonical.ts';
import { chained, GENESIS, hashOf } from '../../src/ledger/audit-chain.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { NOON } from '../support/builders.ts';
import { aLedgerFile, anOpenLedger, rawLedger, recordEvents } from '../support/ledger-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'rekey-size-'));
const large = join(folder, 'large.sqlite');
const LINES = 80_000;

// Larger than what a start checks whole, and as quick to make as that allows. `node scripts/bench.ts ledger` does it with a million keys.
beforeAll(async () => {
  const digestOf = (material: string) => createHash('sha256').update(material).digest('hex');
  await makeLedger(large, { keys: 30_000, lines: LINES, expiring: 50, now: NOON, digestOf });
  expect(statSync(large).size).toBeGreaterThan(64 * 1024 * 1024);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function aLargeFile(): string {
  const file = aLedgerFile();
  copyFileSync(large, file);
  return file;
}

/** Behind Rekey's back, and behind the triggers. */
function tamper(file: string, sql: string): void {
  const raw = rawLedger(file);
  raw.exec('drop trigger if exists audit_no_update; drop trigger if exists audit_no_delete');
  raw.exec(sql);
}

async function checkedInBackground(ledger: Ledger) {
  const said: string[] = [];
  const check = ledger.verifyInBackground({ onBroken: (sentence) => said.push(sentence) });
  onTestFinished(check.stop);
  await vi.waitFor(() => expect(check.rounds() + said.length).toBeGreaterThan(0), { timeout: 20_000, interval: 20 });
  return { check, said };
}

test('a large ledger is open and its end checked in far less than a second', async () => {
  const file = aLargeFile();
  const begun = performance.now();
  const ledger = await anOpenLedger(file);
  expect(await ledger.verifyTail()).toMatchObject({ whole: true, entries: LINES });
  expect(performance.now() - begun).toBeLessThan(500);
});

test('a large ledger that is whole is found to be, and how far it was checked is remembered', async () => {
  const file = aLargeFile();
  const ledger = await anOpenLedger(file);
  const { check, said } = await checkedInBackground(ledger);
  expect(said).toEqual([]);
  expect(check.state()).toEqual({ ok: true, detail: '' });
  await vi.waitFor(() => expect(checkedOf(file)).toMatchObject({ seq: LINES }));
});

const checkedOf = (file: string) => rawLedger(file).prepare('select seq, hash from audit_checked').get();

test('a line that was changed in the middle of a large audit is found while the bot serves: alarm, not ready, told once', async () => {
  const file = aLargeFile();
  tamper(file, "update audit set actor = 'person:mallory' where seq = 40000");
  const ledger = await anOpenLedger(file, () => NOON);
  expect(await ledger.verifyTail()).toMatchObject({ whole: true });
  const { check, said } = await checkedInBackground(ledger);
  expect(said).toEqual([expect.stringContaining('line 40000 was changed after it was written')]);
  expect(said[0]).toContain('restore the last backup');
  expect(check.state()).toMatchObject({ ok: false });
  expect(await ledger.read.alarmsSince(new Date(0))).toMatchObject([{ kind: 'audit_broken', sentence: said[0] }]);
  await checkedInBackground(ledger);
  expect(await ledger.read.alarmsSince(new Date(0))).toHaveLength(1);
});

test('an index that was damaged on the disk is found while the bot serves', async () => {
  const file = aLargeFile();
  const find = rawLedger(file).prepare(
    "select pageno from dbstat where name = 'keys_by_ref' and pagetype = 'leaf' limit 1",
  );
  const disk = openSync(file, 'r+');
  writeSync(disk, Buffer.alloc(200, 0xff), 0, 200, (Number(find.pluck().get()) - 1) * 4_096 + 2_000);
  closeSync(disk);
  const ledger = await anOpenLedger(file);
  expect(await ledger.verifyTail()).toMatchObject({ whole: true });
  const { check, said } = await checkedInBackground(ledger);
  expect(said).toEqual([expect.stringContaining('the file is damaged')]);
  expect(check.state().ok).toBe(false);
});

describe('the start finds, however long the audit is', () => {
  test.each([
    ['a cut tail', `delete from audit where seq > ${LINES - 3}`, 'the end is missing'],
    ['a changed line near the end', `update audit set subject = 'key:x' where seq = ${LINES - 100}`, 'was changed'],
    ['a line behind the end', BEHIND(LINES), 'stands behind the end'],
  ])('%s', async (_what, sql, why) => {
    const file = aLargeFile();
    tamper(file, sql);
    const verdict = await (await anOpenLedger(file)).verifyTail();
    expect(verdict).toMatchObject({ whole: false, why: expect.stringContaining(why) });
  });

  test('an end that was cut together with its count, when the end had been checked before', async () => {
    const file = aLargeFile();
    const ledger = await anOpenLedger(file);
    await checkedInBackground(ledger);
    await vi.waitFor(() => expect(checkedOf(file)).toMatchObject({ seq: LINES }));
    tamper(file, `delete from audit where seq > ${LINES - 3}; ${HEAD_TO_LAST}`);
    expect(await ledger.verifyTail()).toMatchObject({ whole: false, why: expect.stringContaining('was cut') });
  });

  test('an audit that was written anew from the beginning, when it had been checked before', async () => {
    const file = aLargeFile();
    const ledger = await anOpenLedger(file);
    await checkedInBackground(ledger);
    await vi.waitFor(() => expect(checkedOf(file)).toMatchObject({ seq: LINES }));
    const raw = rawLedger(file);
    const last = raw.prepare('select * from audit where seq = ?').get(LINES) as Parameters<typeof hashOf>[0];
    const forged = hashOf({ ...last, actor: 'person:mallory' });
    tamper(file, `update audit set actor = 'person:mallory', hash = '${forged}' where seq = ${LINES}; ${HEAD_TO_LAST}`);
    expect(await ledger.verifyTail()).toMatchObject({ whole: false, why: expect.stringContaining('written anew') });
  });
});

const HEAD_TO_LAST = 'update audit_head set (seq, hash) = (select seq, hash from audit order by seq desc limit 1)';

function BEHIND(seq: number): string {
  return `insert into audit select ${seq + 1}, at, actor, channel, action, subject, incident_id, run_id, step_id, plan_hash, details, hash, hash from audit where seq = ${seq}`;
}

test('recording goes on while the audit is checked, and what is recorded meanwhile does not look broken', async () => {
  const ledger = await anOpenLedger(aLargeFile());
  const checked = checkedInBackground(ledger);
  let lines = 0;
  const recording = setInterval(() => {
    lines += 1;
    void recordEvents(ledger, [{ type: 'request_refused', what: 'x', code: 'test', sentence: '' }]);
  }, 5);
  const { said } = await checked;
  clearInterval(recording);
  expect(said).toEqual([]);
  expect(lines).toBeGreaterThan(3);
});

test('the hash of a line is that of its canonical JSON, whatever stands in it', () => {
  const line = {
    at: NOON.toISOString(),
    actor: 'person:alice',
    channel: 'cli',
    action: 'key_issued',
    subject: 'key:\u2028"\\😀',
    incident_id: null,
    run_id: 'run-1',
    step_id: null,
    plan_hash: null,
    details: '{"a":1}',
  };
  const [row] = chained(GENESIS, [line]);
  expect(row?.hash).toBe(contentHash({ ...line, seq: 1, prev_hash: GENESIS.hash }));
});
