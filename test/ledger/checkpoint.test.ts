import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type AuditRow, chained, GENESIS } from '../../src/ledger/audit-chain.ts';
import { brokenExport, exportAudit } from '../../src/ledger/audit-export.ts';
import { checkpointLine, readCheckpoint, signCheckpoint, verifyAgainst } from '../../src/ledger/checkpoint.ts';
import { startCheckpoints, writeCheckpoints } from '../../src/ledger/checkpoint-files.ts';
import { openCheckpointSigner } from '../../src/providers/checkpoint-key.ts';
import { daysAfter, NOON } from '../support/builders.ts';
import { aLedgerFile, anOpenLedger, BEGINNING, rawLedger, recordEvents } from '../support/ledger-file.ts';

const by = { at: NOON, actor: 'person:alice', channel: 'cli' } as const;

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rekey-checkpoint-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const refusals = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    type: 'request_refused' as const,
    what: `rotate key-${i}`,
    code: 'unknown_key',
    sentence: 'Grüße',
  }));

/** A ledger of eight lines, the first seven of them signed, and its file without the rules that protect the audit. */
async function anAnchored() {
  const file = aLedgerFile();
  const ledger = await anOpenLedger(file);
  await recordEvents(ledger, [...BEGINNING, ...refusals(4)]);
  const signer = openCheckpointSigner(aFolder());
  const checkpoint = await signCheckpoint(ledger, signer, by);
  const anchor = { text: checkpointLine(checkpoint), trusted: signer.signer };
  const raw = rawLedger(file);
  raw.exec('drop trigger audit_no_update; drop trigger audit_no_delete');
  return { file, ledger, raw, signer, checkpoint, anchor };
}

test('a checkpoint says where the audit ended, who signed it and when, and is itself in the audit', async () => {
  const { ledger, checkpoint, signer, anchor } = await anAnchored();
  expect(checkpoint).toMatchObject({ seq: 7, at: NOON.toISOString(), signer: signer.signer });
  expect(anchor.text.split('\n')).toHaveLength(2);
  const [line] = await ledger.read.audit({ limit: 1 });
  expect(line).toMatchObject({ seq: 8, action: 'checkpoint_signed', subject: 'audit:7' });
  expect(await verifyAgainst(ledger, anchor)).toMatchObject({ whole: true, entries: 8 });
  expect(await ledger.verifyTables()).toMatchObject({ whole: true });
});

test('an audit that goes on after its checkpoint still fits it', async () => {
  const { ledger, anchor } = await anAnchored();
  await recordEvents(ledger, refusals(20));
  expect(await verifyAgainst(ledger, anchor)).toMatchObject({ whole: true, entries: 28 });
});

test('a checkpoint of an empty audit fits whatever comes', async () => {
  const ledger = await anOpenLedger();
  const text = checkpointLine(await signCheckpoint(ledger, openCheckpointSigner(aFolder()), by));
  await recordEvents(ledger, refusals(2));
  expect(await verifyAgainst(ledger, { text, trusted: null })).toMatchObject({ whole: true, entries: 3 });
});

test('a broken audit is not signed', async () => {
  const { ledger, raw, signer } = await anAnchored();
  raw.exec("update audit set actor = 'person:mallory' where seq = 5");
  await expect(signCheckpoint(ledger, signer, by)).rejects.toMatchObject({ code: 'audit_broken' });
});

describe('against a checkpoint that is kept elsewhere is seen', () => {
  test('an audit that was written anew from any line, with hashes that are all right', async () => {
    for (let from = 1; from <= 7; from++) {
      const { ledger, raw, anchor } = await anAnchored();
      const rows = raw.prepare<[], AuditRow>('select * from audit order by seq').all();
      const before = rows[from - 2] ?? GENESIS;
      const forged = chained(
        before,
        rows.slice(from - 1).map(({ seq, prev_hash: _p, hash: _h, ...line }) => ({
          ...line,
          actor: seq === from ? 'person:mallory' : line.actor,
        })),
      );
      for (const { seq, actor, prev_hash, hash } of forged)
        raw
          .prepare('update audit set actor = ?, prev_hash = ?, hash = ? where seq = ?')
          .run(actor, prev_hash, hash, seq);
      raw.prepare('update audit_head set hash = ?').run(forged.at(-1)?.hash);
      // The chain alone says nothing: whoever owns the file can compute it.
      expect(await ledger.verifyAudit()).toMatchObject({ whole: true });
      expect(await verifyAgainst(ledger, anchor)).toMatchObject({
        whole: false,
        why: expect.stringContaining('line 7 is not the one that was signed'),
      });
    }
  });

  test('an end that was cut together with its count', async () => {
    for (let left = 0; left < 7; left++) {
      const { ledger, raw, anchor } = await anAnchored();
      raw.exec(`delete from audit where seq > ${left}`);
      const { seq, hash } = raw.prepare<[], AuditRow>('select * from audit order by seq desc').get() ?? GENESIS;
      raw.prepare('update audit_head set seq = ?, hash = ?').run(seq, hash);
      expect(await ledger.verifyAudit()).toMatchObject({ whole: true, entries: left });
      expect(await verifyAgainst(ledger, anchor)).toMatchObject({
        whole: false,
        why: expect.stringContaining(`the end was cut: 7 lines were there`),
      });
    }
  });

  test('a change of any line, before the signed one and after it', async () => {
    for (let seq = 1; seq <= 8; seq++) {
      const { ledger, raw, anchor } = await anAnchored();
      raw.prepare("update audit set details = '{}' where seq = ?").run(seq);
      expect(await verifyAgainst(ledger, anchor)).toMatchObject({ whole: false });
    }
  });

  test('every single bit of the checkpoint itself', async () => {
    const { anchor } = await anAnchored();
    const bytes = Buffer.from(anchor.text);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const text = withFlippedBit(bytes, bit).toString('utf8');
      expect(() => readCheckpoint(text, anchor.trusted)).toThrow(/checkpoint/i);
      expect(() => readCheckpoint(text, null)).toThrow(/checkpoint/i);
    }
  });

  test('a checkpoint that somebody else signed', async () => {
    const { ledger, signer } = await anAnchored();
    const text = checkpointLine(await signCheckpoint(ledger, openCheckpointSigner(aFolder()), by));
    await expect(verifyAgainst(ledger, { text, trusted: signer.signer })).rejects.toMatchObject({
      code: 'bad_checkpoint',
      message: expect.stringContaining(signer.signer.slice(0, 16)),
    });
  });
});

function withFlippedBit(bytes: Buffer, bit: number): Buffer {
  const flipped = Buffer.from(bytes);
  flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return flipped;
}

describe('an export of the audit', () => {
  async function anExport() {
    const { ledger, checkpoint } = await anAnchored();
    let text = '';
    for await (const line of exportAudit(ledger.read, { from: 1, to: checkpoint.seq })) text += line;
    return { text, checkpoint };
  }

  test('is whole against the checkpoint of its last line', async () => {
    const { text, checkpoint } = await anExport();
    expect(text.trimEnd().split('\n')).toHaveLength(7);
    expect(brokenExport(text, checkpoint)).toBeNull();
  });

  test('shows every single flipped bit', async () => {
    const { text, checkpoint } = await anExport();
    const bytes = Buffer.from(text);
    expect(bytes.length).toBeGreaterThan(4_000);
    for (let bit = 0; bit < bytes.length * 8; bit++)
      // A byte that is no UTF-8 any more reads as another character.
      if (brokenExport(withFlippedBit(bytes, bit).toString('utf8'), checkpoint) === null)
        throw new Error(`bit ${bit} was not seen`);
  }, 120_000);

  test('shows a cut at any place', async () => {
    const { text, checkpoint } = await anExport();
    for (let length = 0; length < text.length; length++)
      expect(brokenExport(text.slice(0, length), checkpoint)).not.toBeNull();
  });

  test('shows that it was computed anew', async () => {
    const { text, checkpoint } = await anExport();
    const rows = text
      .trimEnd()
      .split('\n')
      .map((line): AuditRow => JSON.parse(line));
    const forged = chained(
      GENESIS,
      rows.map(({ seq: _s, prev_hash: _p, hash: _h, ...line }) => ({ ...line, actor: 'person:eve' })),
    );
    const ordered = forged.map((row) => JSON.stringify(Object.fromEntries(Object.entries(row).sort())));
    expect(brokenExport(`${ordered.join('\n')}\n`, checkpoint)).toContain('signed end');
  });
});

describe('the daily checkpoints', () => {
  test('are one file a day in every folder, readable by the owner only, with the same line', async () => {
    const ledger = await anOpenLedger();
    await recordEvents(ledger, refusals(3));
    const folders = [join(aFolder(), 'checkpoints'), join(aFolder(), 'elsewhere')];
    const signer = openCheckpointSigner(aFolder());
    const errors: unknown[] = [];
    for (const day of [0, 0, 1, 2])
      await writeCheckpoints(ledger, {
        signer,
        now: () => daysAfter(NOON, day),
        folders,
        onError: (error) => errors.push(error),
      });
    const names = ['2027-03-10.json', '2027-03-11.json', '2027-03-12.json'];
    for (const folder of folders) expect(readdirSync(folder).sort()).toEqual(names);
    for (const name of names) {
      const [one = '', other] = folders.map((folder) => readFileSync(join(folder, name), 'utf8'));
      expect(one).toBe(other);
      expect(await verifyAgainst(ledger, { text: one, trusted: signer.signer })).toMatchObject({ whole: true });
      expect(statSync(join(folders[0] ?? '', name)).mode & 0o777).toBe(0o600);
    }
    expect(errors).toEqual([]);
  });

  test('a folder that is away does not keep the others from theirs, and gets the same one when it is back', async () => {
    const ledger = await anOpenLedger();
    const [here, away] = [aFolder(), join(aFolder(), 'not-mounted', 'checkpoints')];
    const errors: unknown[] = [];
    const options = {
      signer: openCheckpointSigner(aFolder()),
      now: () => NOON,
      onError: (error: unknown) => errors.push(error),
    };
    await writeCheckpoints(ledger, { ...options, folders: [away, here] });
    expect(errors).toHaveLength(1);
    expect(readdirSync(here)).toHaveLength(1);
    const back = aFolder();
    await writeCheckpoints(ledger, { ...options, folders: [back, here] });
    expect(readFileSync(join(back, '2027-03-10.json'))).toEqual(readFileSync(join(here, '2027-03-10.json')));
  });

  test('begin with the bot, without waiting for midnight', async () => {
    const folder = aFolder();
    const stop = startCheckpoints(await anOpenLedger(), {
      signer: openCheckpointSigner(aFolder()),
      now: () => NOON,
      folders: [folder],
      onError: (error) => expect(error).toBeUndefined(),
    });
    await vi.waitFor(() => expect(readdirSync(folder)).toEqual(['2027-03-10.json']));
    await stop();
  });
});
