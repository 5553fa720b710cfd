import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ApprovalId, KeyId, RunId } from '../../src/domain/ids.ts';
import { assertTransition, KeyState } from '../../src/domain/key.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import {
  aKey,
  alice,
  anApproval,
  anIncident,
  aRun,
  aVote,
  bob,
  carol,
  minutesAfter,
  NOON,
} from '../support/builders.ts';
import { aLedgerFile, anOpenLedger, BEGINNING, rawLedger, recordEvents } from '../support/ledger-file.ts';

const states = KeyState.options;

async function withKeyIn(state: KeyState) {
  const file = aLedgerFile();
  const ledger = await anOpenLedger(file);
  const revokedAt = state === 'revoked' ? NOON : null;
  await recordEvents(ledger, [
    {
      type: 'key_issued',
      key: aKey({
        state,
        revokedAt,
        suspendedAt: state === 'suspended' ? NOON : null,
        graceEndsAt: state === 'retiring' ? aKey().expiresAt : null,
      }),
    },
  ]);
  return { file, ledger };
}

// What the tables want to know of a key in this state.
function timesOf(state: KeyState): (string | null)[] {
  const at = (wanted: KeyState) => (state === wanted ? aKey().createdAt.toISOString() : null);
  return [at('revoked'), at('suspended'), at('retiring')];
}

describe('the life of a key', () => {
  test('the database and the domain refuse the same transitions, over the whole table', async () => {
    const cells = fc.tuple(fc.constantFrom(...states), fc.constantFrom(...states));
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(cells, async ([from, to]) => {
        if (from === to || seen.has(`${from}>${to}`)) return;
        seen.add(`${from}>${to}`);
        const { file } = await withKeyIn(from);
        const set = rawLedger(file).prepare(
          'update keys set state = ?, revoked_at = ?, suspended_at = ?, grace_ends_at = ?',
        );
        const byDatabase = allows(() => set.run(to, ...timesOf(to)));
        const byDomain = allows(() => assertTransition(aKey({ state: from }), to));
        expect(`${from}>${to}: ${byDatabase}`).toBe(`${from}>${to}: ${byDomain}`);
      }),
      { numRuns: 400 },
    );
    expect(seen.size).toBe(states.length * (states.length - 1));
  });

  test('no sequence of changes brings a revoked key back to life', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...states), { maxLength: 12 }), async (wishes) => {
        const { file } = await withKeyIn('active');
        const raw = rawLedger(file);
        const set = raw.prepare('update keys set state = ?, revoked_at = ?, suspended_at = ?, grace_ends_at = ?');
        let ended = false;
        for (const wish of wishes) {
          allows(() => set.run(wish, ...timesOf(wish)));
          const state = raw.prepare('select state from keys').pluck().get();
          if (ended) expect(state).toBe('revoked');
          ended = state === 'revoked';
        }
      }),
      { numRuns: 40 },
    );
  });

  test('an event that asks for an illegal transition is refused with a sentence and writes nothing', async () => {
    const { ledger } = await withKeyIn('revoked');
    const before = await ledger.verifyAudit();
    await expect(recordEvents(ledger, [{ type: 'key_activated', key: aKey().id }])).rejects.toMatchObject({
      code: 'illegal_transition',
      message: 'payments-prod v3 is revoked and cannot become active; from revoked it can become nothing: it is final.',
    });
    expect(await ledger.verifyAudit()).toEqual(before);
  });

  test('revoking twice keeps the first time', async () => {
    const { ledger } = await withKeyIn('active');
    const revoke = (minute: number) =>
      recordEvents(ledger, [{ type: 'key_revoked', key: aKey().id, replacedBy: null }], {
        at: minutesAfter(NOON, minute),
      });
    await revoke(1);
    await expect(revoke(2)).rejects.toMatchObject({ code: 'illegal_transition' });
    expect((await ledger.read.key(aKey().id))?.revokedAt).toEqual(minutesAfter(NOON, 1));
  });

  test.each(['expired', 'revoked'] as const)(
    'the expiry of a key that is %s cannot be edited, not even in SQL',
    async (state) => {
      const { file } = await withKeyIn(state);
      const edit = rawLedger(file).prepare('update keys set expires_at = ?');
      expect(() => edit.run('2099-01-01T00:00:00.000Z')).toThrow('never extended by editing');
      expect(() => edit.run(null)).toThrow('never extended by editing');
    },
  );

  test('every change raises the row version that approvals are bound to', async () => {
    const { ledger } = await withKeyIn('active');
    await recordEvents(ledger, [{ type: 'key_quarantined', key: aKey().id, material: 'sealed' }]);
    await recordEvents(ledger, [{ type: 'key_expired', key: aKey().id }]);
    expect((await ledger.read.key(aKey().id))?.rowVersion).toBe(3);
  });

  test('a key that was taken back before it was used is not shown beside the one that works', async () => {
    const { ledger } = await withKeyIn('active');
    const taken = aKey({ id: KeyId.parse('key-4'), version: 4, state: 'pending', digest: 'd4', activatedAt: null });
    await recordEvents(ledger, [{ type: 'key_issued', key: taken }]);
    await recordEvents(ledger, [{ type: 'key_revoked', key: taken.id, replacedBy: null }]);
    expect((await ledger.read.keys()).map((key) => key.version)).toEqual([3]);
    expect((await ledger.read.keyBySlug('payments-prod'))?.version).toBe(3);
  });
});

describe('one of each', () => {
  test('an approval has one outcome', async () => {
    const { file, ledger } = await anAskedApproval();
    const decide = (outcome: 'approved' | 'rejected' | 'expired' | 'cancelled') =>
      recordEvents(ledger, [{ type: 'approval_decided', approval: anApproval().id, outcome }]);
    await decide('approved');
    for (const other of ['approved', 'rejected', 'expired', 'cancelled'] as const)
      await expect(decide(other)).rejects.toThrow('already decided');
    expect(() => rawLedger(file).exec('update approvals set outcome = null, decided_at = null')).toThrow(
      'already decided',
    );
    expect((await ledger.read.approval(anApproval().id))?.outcome).toBe('approved');
  });

  test('only an approval that was given can be superseded, and only once', async () => {
    const { ledger } = await anAskedApproval();
    const decide = (outcome: 'rejected' | 'superseded') =>
      recordEvents(ledger, [{ type: 'approval_decided', approval: anApproval().id, outcome }]);
    await decide('rejected');
    await expect(decide('superseded')).rejects.toThrow('already decided');
  });

  test('a person votes once on an approval', async () => {
    const { ledger } = await anAskedApproval();
    const cast = (vote: 'approve' | 'deny', person = bob) =>
      recordEvents(ledger, [{ type: 'vote_cast', approval: anApproval().id, vote: aVote({ person, vote }) }]);
    await cast('approve');
    await expect(cast('approve')).rejects.toThrow('UNIQUE');
    await expect(cast('deny')).rejects.toThrow('UNIQUE');
    await cast('deny', carol);
    expect((await ledger.read.approval(anApproval().id))?.votes).toHaveLength(2);
  });

  test('a step has one open approval', async () => {
    const { ledger } = await anAskedApproval();
    const second = anApproval({ id: ApprovalId.parse('apr-2'), token: 'apt-2' });
    await expect(recordEvents(ledger, [{ type: 'approval_requested', approval: second }])).rejects.toThrow('UNIQUE');
  });

  test('a key has one open run; its children and the next one after it are welcome', async () => {
    const ledger = await anOpenLedger();
    await recordEvents(ledger, BEGINNING);
    const second = aRun({ id: RunId.parse('run-2') });
    await expect(recordEvents(ledger, [{ type: 'run_started', run: second }])).rejects.toThrow('UNIQUE');
    const child = aRun({ id: RunId.parse('run-child'), parent: { run: aRun().id, step: aRun().id as never } });
    await recordEvents(ledger, [{ type: 'run_started', run: child }]);
    await recordEvents(ledger, [{ type: 'run_finished', run: aRun().id, outcome: 'failed', why: 'test' }]);
    await recordEvents(ledger, [{ type: 'run_started', run: second }]);
    expect((await ledger.read.openRunOfKey(aKey().id))?.id).toBe('run-2');
  });

  test('a key has one open rotation; the next one begins when that is taken back', async () => {
    const ledger = await anOpenLedger();
    await recordEvents(ledger, BEGINNING);
    const replacement = (version: number) =>
      aKey({
        id: KeyId.parse(`key-${version}`),
        version,
        state: 'pending',
        digest: `d${version}`,
        activatedAt: null,
        predecessor: aKey().id,
      });
    const mint = (version: number) =>
      recordEvents(ledger, [{ type: 'key_issued', key: replacement(version) }], { run: aRun().id });
    await mint(4);
    await expect(mint(5)).rejects.toThrow('UNIQUE');
    expect(await ledger.read.key(replacement(5).id)).toBeNull();
    await recordEvents(ledger, [{ type: 'key_revoked', key: replacement(4).id, replacedBy: null }]);
    await mint(5);
  });

  test('an answer is given once', async () => {
    const { file, ledger } = await anAskedApproval();
    const { anAsk } = await import('../support/builders.ts');
    await recordEvents(ledger, [{ type: 'ask_opened', ask: anAsk() }]);
    const answer = (yes: boolean) =>
      recordEvents(ledger, [{ type: 'ask_answered', ask: anAsk().id, yes, evidence: '', by: carol }]);
    await answer(true);
    await expect(answer(false)).rejects.toThrow('already answered');
    expect(() => rawLedger(file).exec('update asks set answer = null')).toThrow('already answered');
  });
});

describe('events about nothing', () => {
  const nobody = { key: KeyId.parse('key-none'), run: RunId.parse('run-none'), approval: ApprovalId.parse('apr-none') };
  test.each([
    ['key_expired', { type: 'key_expired', key: nobody.key }],
    ['key_proved_live', { type: 'key_proved_live', key: nobody.key, probes: 1, how: 'x' }],
    ['run_finished', { type: 'run_finished', run: nobody.run, outcome: 'failed', why: 'x' }],
    ['run_cancel_requested', { type: 'run_cancel_requested', run: nobody.run, reason: 'x' }],
    ['approval_decided', { type: 'approval_decided', approval: nobody.approval, outcome: 'expired' }],
    ['incident_closed', { type: 'incident_closed', incident: 'inc-none' as never, openPoints: [] }],
  ] as const)(
    '%s about something that is not there fails, so that the audit never tells of it',
    async (_name, event) => {
      const ledger = await anOpenLedger();
      await expect(recordEvents(ledger, [event as never])).rejects.toThrow(/has no/);
      expect(await ledger.verifyAudit()).toMatchObject({ whole: true, entries: 0 });
    },
  );

  test('a run ends once', async () => {
    const ledger = await anOpenLedger();
    await recordEvents(ledger, BEGINNING);
    const end = () => recordEvents(ledger, [{ type: 'run_finished', run: aRun().id, outcome: 'failed', why: 'x' }]);
    await end();
    await expect(end()).rejects.toThrow('has no unfinished run');
  });
});

async function anAskedApproval(): Promise<{ file: string; ledger: Ledger }> {
  const file = aLedgerFile();
  const ledger = await anOpenLedger(file);
  await recordEvents(ledger, [...BEGINNING, { type: 'approval_requested', approval: anApproval() }]);
  expect(anIncident().openedBy).toBe(`person:${alice}`);
  return { file, ledger };
}

function allows(work: () => unknown): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
