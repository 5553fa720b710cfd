import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contentHash } from '../../src/domain/canonical.ts';
import type { LedgerEvent } from '../../src/domain/event.ts';
import { SecretId } from '../../src/domain/ids.ts';
import { openLedger } from '../../src/ledger/ledger.ts';
import { aKey, anApproval, anAsk, anIncident, aRun, aStep, aVote, NOON } from '../support/builders.ts';
import { aLedgerFile, anOpenLedger, BEGINNING, rawLedger, recordEvents } from '../support/ledger-file.ts';

const COLUMNS = [
  'at',
  'actor',
  'channel',
  'action',
  'subject',
  'incident_id',
  'run_id',
  'step_id',
  'plan_hash',
  'details',
  'prev_hash',
  'hash',
];

/** A closed ledger with a chain of eight lines in which every column is used, and its triggers dropped. */
async function aChain() {
  const file = aLedgerFile();
  const ledger = await openLedger({ file, now: () => NOON });
  await recordEvents(ledger, BEGINNING, { actor: 'person:alice', channel: 'slack' });
  const about = { incident: anIncident().id, run: aRun().id, step: aStep('go', { state: 'started' }).step };
  await recordEvents(ledger, [{ type: 'approval_requested', approval: anApproval() }], about);
  await recordEvents(
    ledger,
    [
      {
        type: 'vote_cast',
        approval: anApproval().id,
        vote: aVote({ reason: 'Grüße 🔑 \u{fffd}' }),
      },
      { type: 'approval_decided', approval: anApproval().id, outcome: 'approved' },
      { type: 'step_recorded', run: aRun().id, record: aStep('go', { state: 'done', outputs: { n: 1 } }) },
    ],
    about,
  );
  await recordEvents(ledger, [{ type: 'key_expired', key: aKey().id }], about);
  expect(await ledger.verifyAudit()).toMatchObject({ whole: true, entries: 8 });
  const raw = rawLedger(file);
  raw.exec('drop trigger audit_no_update; drop trigger audit_no_delete');
  return { ledger: await reopened(ledger, file), raw };
}

async function reopened(ledger: Awaited<ReturnType<typeof openLedger>>, file: string) {
  await ledger.close();
  return anOpenLedger(file);
}

test('a line of the audit can be neither changed nor deleted', async () => {
  const file = aLedgerFile();
  await recordEvents(await anOpenLedger(file), BEGINNING);
  const raw = rawLedger(file);
  for (const column of ['seq', ...COLUMNS])
    expect(() => raw.exec(`update audit set ${column} = ${column}`)).toThrow('append-only');
  expect(() => raw.exec('delete from audit')).toThrow('append-only');
  expect(() => raw.exec('insert or replace into audit select * from audit where seq = 1')).toThrow('append-only');
});

describe('the chain shows', () => {
  test('a single flipped bit, in every byte of every column of every line', async () => {
    const { ledger, raw } = await aChain();
    let flips = 0;
    const lines = raw.prepare('select * from audit order by seq').all() as Record<string, string | number | null>[];
    for (const line of lines)
      for (const column of COLUMNS) {
        const text = line[column];
        if (typeof text !== 'string') continue;
        const set = raw.prepare(`update audit set ${column} = cast(? as text) where seq = ?`);
        // Long texts are sampled at every 7th bit, which meets every bit position of a byte.
        const bits = Buffer.byteLength(text) * 8;
        for (let bit = 0; bit < bits; bit += bits > 800 ? 7 : 1) {
          const bytes = Buffer.from(text);
          bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
          set.run(bytes, line.seq);
          flips += 1;
          const verdict = await ledger.verifyAudit();
          if (verdict.whole) throw new Error(`bit ${bit} of ${column} in line ${line.seq} was not seen`);
          expect(verdict.at).toBeGreaterThanOrEqual(Number(line.seq));
        }
        set.run(Buffer.from(text), line.seq);
      }
    expect(await ledger.verifyAudit()).toMatchObject({ whole: true });
    expect(flips).toBeGreaterThan(10_000);
  }, 120_000);

  test('a text that became null, and a null that became text', async () => {
    const { ledger, raw } = await aChain();
    for (const column of ['incident_id', 'run_id', 'step_id', 'plan_hash']) {
      for (const { seq, was } of raw.prepare(`select seq, ${column} as was from audit`).all() as {
        seq: number;
        was: string | null;
      }[]) {
        const set = raw.prepare(`update audit set ${column} = ? where seq = ?`);
        set.run(was === null ? '' : null, seq);
        expect(await ledger.verifyAudit()).toMatchObject({ whole: false, at: seq });
        set.run(was, seq);
      }
    }
  });

  test('a deleted line, wherever it was', async () => {
    for (let seq = 1; seq <= 8; seq++) {
      const { ledger, raw } = await aChain();
      raw.prepare('delete from audit where seq = ?').run(seq);
      expect(await ledger.verifyAudit()).toMatchObject({ whole: false, at: seq });
    }
  });

  test('a cut tail of any length', async () => {
    for (let left = 0; left < 8; left++) {
      const { ledger, raw } = await aChain();
      raw.prepare('delete from audit where seq > ?').run(left);
      expect(await ledger.verifyAudit()).toMatchObject({
        whole: false,
        entries: left,
        why: `the end is missing: 8 lines were written and ${left} are there`,
      });
    }
  });

  test('two lines that changed places', async () => {
    const { ledger, raw } = await aChain();
    for (const [a, b] of [
      [1, 2],
      [4, 7],
      [7, 8],
    ]) {
      raw.exec(
        `update audit set seq = -1 where seq = ${a}; update audit set seq = ${a} where seq = ${b}; update audit set seq = ${b} where seq = -1`,
      );
      expect(await ledger.verifyAudit()).toMatchObject({ whole: false, at: a });
      raw.exec(
        `update audit set seq = -1 where seq = ${a}; update audit set seq = ${a} where seq = ${b}; update audit set seq = ${b} where seq = -1`,
      );
    }
    expect(await ledger.verifyAudit()).toMatchObject({ whole: true });
  });

  test('a line that somebody rewrote with a hash of its own that is right', async () => {
    const { ledger, raw } = await aChain();
    const line = raw.prepare('select * from audit where seq = 4').get() as Record<string, unknown>;
    const { hash: _, ...forged } = { hash: '', ...line, actor: 'person:mallory' };
    raw.prepare('update audit set actor = ?, hash = ? where seq = 4').run(forged.actor, contentHash(forged));
    expect(await ledger.verifyAudit()).toMatchObject({
      whole: false,
      at: 5,
      why: 'line 5 does not follow from line 4',
    });
  });

  test('a line that was added at the end', async () => {
    const { ledger, raw } = await aChain();
    raw.exec(
      'insert into audit select 9, at, actor, channel, action, subject, incident_id, run_id, step_id, plan_hash, details, hash, hash from audit where seq = 8',
    );
    expect(await ledger.verifyAudit()).toMatchObject({ whole: false, at: 9 });
  });
});

test('whatever people write, the chain stays whole and says it word for word', async () => {
  const ledger = await anOpenLedger();
  let lines = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 8 }),
      async (text, units) => {
        // Half surrogate pairs and zero bytes included, as a careless client may send them.
        const what = text + String.fromCharCode(...units);
        await recordEvents(ledger, [{ type: 'request_refused', what, code: 'unknown_key', sentence: what }], {
          actor: `person:${what}`,
        });
        lines += 1;
        expect(await ledger.verifyAudit()).toMatchObject({ whole: true, entries: lines });
        const [line] = await ledger.read.audit({ limit: 1 });
        expect(line?.subject).toBe(what.toWellFormed());
        expect(JSON.parse(line?.details ?? '')).toMatchObject({ sentence: what });
      },
    ),
    { numRuns: 200 },
  );
});

test('envelopes, button tokens and long texts never get into the audit; idempotency tokens do', async () => {
  const file = aLedgerFile();
  const ledger = await anOpenLedger(file);
  const secret = (name: string) => `canary-${name}`;
  const run = aRun({ runbook: { id: 'R', hash: 'e'.repeat(64), text: secret('runbook') } });
  const events: LedgerEvent[] = [
    { type: 'key_issued', key: aKey() },
    { type: 'incident_opened', incident: anIncident() },
    { type: 'run_started', run },
    {
      type: 'secret_sealed',
      secret: {
        id: SecretId.parse('sec-1'),
        key: aKey().id,
        purpose: 'new_key',
        envelope: secret('envelope'),
        createdAt: NOON,
        destroyedAt: null,
      },
    },
    { type: 'approval_requested', approval: anApproval({ token: secret('approval') }) },
    { type: 'ask_opened', ask: anAsk({ token: secret('ask') }) },
    {
      type: 'summary_posted',
      incident: anIncident().id,
      run: run.id,
      markdown: secret('markdown'),
      json: secret('json'),
    },
    { type: 'step_recorded', run: run.id, record: aStep('mint', { state: 'started' }, { token: 'run-1.mint.1' }) },
  ];
  await recordEvents(ledger, events);
  const details = rawLedger(file).prepare("select group_concat(details, '') from audit").pluck().get();
  expect(details).not.toContain('canary-');
  expect(details).toContain('run-1.mint.1');
});

test('a live key that somebody pasted and was refused for is masked in the audit, which stays whole', async () => {
  const file = aLedgerFile();
  const ledger = await anOpenLedger(file);
  const live = `rekey_live_0123456789ABCDEF_${'0'.repeat(43)}`;
  await recordEvents(ledger, [
    { type: 'request_refused', what: `rotate ${live}`, code: 'unknown_key', sentence: `There is no key "${live}".` },
  ]);
  const [line] = rawLedger(file).prepare('select subject, details from audit').all();
  expect(JSON.stringify(line)).not.toContain(live);
  expect(JSON.stringify(line)).toContain('There is no key');
  expect(await ledger.verifyAudit()).toMatchObject({ whole: true });
});
