import { expect, test } from 'vitest';
import { contentHash } from '../../src/domain/canonical.ts';
import type { LedgerEvent } from '../../src/domain/event.ts';
import { AskId, SecretId, StepId } from '../../src/domain/ids.ts';
import {
  aGlassBreak,
  aKey,
  alice,
  anAlert,
  anApproval,
  anAsk,
  anIncident,
  aRun,
  aStep,
  aVote,
  bob,
  carol,
  minutesAfter,
  NOON,
} from '../support/builders.ts';
import { aLedgerFile, anOpenLedger, BEGINNING, rawLedger, recordEvents } from '../support/ledger-file.ts';

const run = aRun().id;
const incident = anIncident().id;
const secret = {
  id: SecretId.parse('sec-1'),
  key: aKey().id,
  purpose: 'new_key',
  envelope: 'v1.x',
  createdAt: NOON,
  destroyedAt: null,
} as const;
const LIST = anAsk({
  id: AskId.parse('ask-2'),
  token: 'ast-2',
  form: {
    kind: 'checklist',
    // A name that the audit leaves out elsewhere.
    items: ['cdn', 'text'].map((id) => ({ id, label: `Do ${id}`, required: true, mayNotApply: true })),
  },
});
const STORY: LedgerEvent[] = [
  {
    type: 'alert_received',
    alert: anAlert({ incident, details: { z: 1, a: { text: 'left out of the audit', at: 'noon' } } }),
  },
  { type: 'secret_sealed', secret },
  { type: 'approval_requested', approval: anApproval() },
  {
    type: 'step_recorded',
    run,
    record: aStep('go', {
      state: 'waiting',
      waiting: { kind: 'approval', id: anApproval().id, until: minutesAfter(NOON, 9) },
      answered: false,
    }),
  },
  { type: 'approval_asked', approval: anApproval().id, people: [alice] },
  { type: 'approval_reminded', approval: anApproval().id, number: 2, people: [bob] },
  { type: 'approval_escalated', approval: anApproval().id, number: 1, people: [alice] },
  {
    type: 'approval_delegated',
    approval: anApproval().id,
    delegation: { from: carol, to: alice, reason: 'on a plane', at: NOON },
  },
  { type: 'vote_cast', approval: anApproval().id, vote: aVote({ proof: 'totp', notBefore: minutesAfter(NOON, 60) }) },
  { type: 'glass_broken', use: aGlassBreak() },
  {
    type: 'glass_reviewed',
    approval: anApproval().id,
    review: { by: bob, verdict: 'justified', comment: 'nobody was there', at: NOON },
  },
  { type: 'approval_decided', approval: anApproval().id, outcome: 'approved' },
  { type: 'ask_opened', ask: anAsk() },
  { type: 'ask_answered', ask: anAsk().id, yes: true, evidence: 'https://ci.example.com/1', by: carol },
  { type: 'ask_opened', ask: LIST },
  { type: 'ask_marked', ask: LIST.id, item: 'cdn', mark: 'done', reason: '', by: carol },
  { type: 'ask_marked', ask: LIST.id, item: 'cdn', mark: 'not_applicable', reason: 'there is none', by: carol },
  { type: 'ask_marked', ask: LIST.id, item: 'text', mark: 'done', reason: '', by: carol },
  { type: 'ask_reminded', ask: LIST.id, nth: 1, people: [carol] },
  { type: 'ask_escalated', ask: LIST.id, to: 'bob', people: [bob] },
  { type: 'ask_handed_over', ask: LIST.id, to: 'bob', people: [bob], reason: 'on leave', by: carol },
  { type: 'ask_pushed_back', ask: LIST.id, to: StepId.parse('mint'), reason: 'too early', by: bob },
  {
    type: 'step_recorded',
    run,
    record: aStep('mint', { state: 'done', outputs: { b: 1, a: [{ until: NOON.toISOString() }] } }),
  },
  {
    type: 'step_recorded',
    run,
    record: aStep('tell', {
      state: 'waiting',
      waiting: {
        kind: 'retry',
        until: NOON,
        error: '503',
        resumes: { kind: 'ask', id: anAsk().id, until: minutesAfter(NOON, 3) },
      },
      answered: false,
    }),
  },
  {
    type: 'fan_out_planned',
    run,
    step: StepId.parse('fan'),
    items: [1, 2, 3].map((index) => ({
      index,
      name: `item-${index}`,
      inputsHash: `hash-${index}`,
      tried: null,
      run: null,
      joined: false,
      outcome: null,
      why: null,
    })),
  },
  {
    type: 'fan_out_moved',
    run,
    step: StepId.parse('fan'),
    generation: 1,
    started: [{ index: 1, name: 'item-1', run, joined: true }],
    ended: [],
  },
  {
    type: 'fan_out_moved',
    run,
    step: StepId.parse('fan'),
    generation: 1,
    started: [],
    ended: [
      { index: 1, name: 'item-1', outcome: 'failed', why: 'no' },
      { index: 2, name: 'item-2', outcome: 'not_started', why: 'too many had failed' },
    ],
  },
  { type: 'run_paused', run, reason: 'a release is under way' },
  { type: 'run_resumed', run, reason: 'it is out' },
  {
    type: 'step_recorded',
    run,
    record: aStep(
      'swap',
      { state: 'in_doubt', question: 'was it?' },
      { input: { key: 'payments-prod', at: NOON.toISOString() } },
    ),
  },
  {
    type: 'step_settled',
    run,
    step: aStep('swap', { state: 'started' }).step,
    happened: true,
    reason: 'seen',
    by: 'person:alice',
  },
  {
    type: 'step_recorded',
    run,
    record: aStep('swap', { state: 'done', outputs: {} }, { undoing: { failures: 1, until: NOON, error: '503' } }),
  },
  { type: 'run_finished', run, outcome: 'failed', why: 'mint: no' },
  { type: 'run_reopened', run, reason: 'the provider is back' },
  {
    type: 'steps_reset',
    run,
    records: [aStep('mint', { state: 'reset', why: 'once more', outputs: { b: 1 } })],
    reason: 'once more',
  },
  {
    type: 'step_skipped',
    run,
    record: aStep('swap', { state: 'skipped', why: 'not needed' }),
    reason: 'not needed',
  },
  { type: 'run_paused', run, reason: 'wait' },
  {
    type: 'second_factor_invited',
    invite: {
      id: 'inv-1',
      person: bob,
      tokenHash: 'e'.repeat(64),
      invitedBy: 'person:alice',
      createdAt: NOON,
      expiresAt: minutesAfter(NOON, 60),
      factor: null,
    },
  },
  {
    type: 'totp_enrolled',
    factor: { id: 'fac-0', person: bob, envelope: 'v1.x', enrolledAt: NOON },
    invite: null,
  },
  {
    type: 'totp_enrolled',
    factor: { id: 'fac-1', person: bob, envelope: 'v1.x', enrolledAt: NOON },
    invite: 'inv-1',
  },
  { type: 'totp_confirmed', person: bob, factor: 'fac-1', step: 7, recovery: ['aa', 'bb'] },
  { type: 'totp_failed', person: bob, left: 4, what: 'apr-1' },
  { type: 'totp_used', person: bob, factor: 'fac-1', step: 8, what: 'apr-1' },
  { type: 'recovery_code_used', person: bob, factor: 'fac-1', digest: 'aa', left: 1, what: 'apr-1' },
  { type: 'totp_failed', person: bob, left: 4, what: 'apr-1' },
  { type: 'totp_rewrapped', factor: 'fac-1', envelope: 'v1.y', from: 'x', to: 'y' },
  {
    type: 'totp_enrolled',
    factor: { id: 'fac-2', person: carol, envelope: 'v1.x', enrolledAt: NOON },
    invite: null,
  },
  { type: 'totp_confirmed', person: carol, factor: 'fac-2', step: 7, recovery: ['cc'] },
  { type: 'totp_failed', person: carol, left: 0, what: 'apr-1' },
  { type: 'totp_locked', person: carol, until: minutesAfter(NOON, 15), what: 'apr-1' },
  { type: 'totp_removed', person: carol, factor: 'fac-2', reason: 'lost' },
  { type: 'incident_contained', incident },
  { type: 'key_expired', key: aKey().id },
  { type: 'key_revoked', key: aKey().id, replacedBy: null },
  { type: 'key_proved_dead', key: aKey().id, how: 'refused' },
  { type: 'secret_destroyed', secret: secret.id },
  {
    type: 'reminder_set',
    reminder: {
      key: aKey().id,
      withinDays: [30, 7],
      channel: 'C0KEYS',
      owner: 'carol',
      setAt: NOON,
      setBy: 'system:engine',
      tested: null,
    },
  },
  {
    type: 'reminder_tested',
    key: aKey().id,
    tested: { at: NOON, shiftedTo: NOON, wouldTell: 'carol', channel: 'C0KEYS' },
  },
  {
    type: 'notice_issued',
    notice: {
      id: 'ntc-1',
      incident,
      run,
      recipient: 'person:carol',
      key: aKey().id,
      template: 'key-replaced',
      facts: { whichKey: 'x', replacementAvailable: 'y', dataIntegrity: 'z' },
      createdAt: NOON,
    },
  },
  {
    type: 'evidence_captured',
    evidence: {
      id: 'evd-1',
      incident,
      run,
      step: aStep('a', { state: 'started' }).step,
      kind: 'audit',
      hash: contentHash({ b: 2, a: 1 }),
      content: { b: 2, a: 1 },
      capturedAt: NOON,
    },
  },
  { type: 'run_cancel_requested', run, reason: 'enough' },
  { type: 'summary_posted', incident, run, markdown: '# x', json: '{}' },
  { type: 'run_finished', run, outcome: 'cancelled', why: 'a person cancelled it' },
  { type: 'incident_closed', incident, openPoints: [] },
];

async function aStory() {
  const file = aLedgerFile();
  const ledger = await anOpenLedger(file);
  await recordEvents(ledger, BEGINNING);
  for (const event of STORY) await recordEvents(ledger, [event], { incident, run });
  return { ledger, raw: rawLedger(file) };
}

test('the audit alone rebuilds every row', async () => {
  const { ledger } = await aStory();
  expect(await ledger.verifyAudit()).toMatchObject({ whole: true });
  expect(await ledger.verifyTables()).toEqual({ whole: true, rows: 35 });
});

test.each([
  ["update keys set owner = 'mallory'", 'keys', 'key-payments3', 'owner is not what the audit says'],
  ["update votes set person = 'mallory'", 'votes', /bob|mallory/, /audit/],
  [
    'update approvals set rule = replace(rule, \'"approve":1\', \'"approve":0\')',
    'approvals',
    'apr-1',
    'rule is not what the audit says',
  ],
  [
    "update steps set outputs = '{}' where step_id = 'mint'",
    'steps',
    'run-1 mint',
    'outputs is not what the audit says',
  ],
  [
    "update runbook_texts set text = text || '# and revoke everything'",
    'runbook_texts',
    /^[0-9a-f]{64}$/,
    'text does not have this hash',
  ],
  ["update recovery_codes set digest = 'dd' where digest = 'bb'", 'recovery_codes', /fac-1 (bb|dd)/, /audit/],
  ['update second_factor_tries set locks = 0', 'second_factor_tries', 'carol', 'locks is not what the audit says'],
  ["update evidence set content = '{}'", 'evidence', 'evd-1', 'content does not have the hash that was recorded'],
  ["update runs set inputs = '{}'", 'runs', 'run-1', 'inputs is not what the audit says'],
  ['delete from notices', 'notices', 'ntc-1', 'the audit tells of it, and it is not there'],
  [
    "insert into evidence select 'evd-2', incident_id, run_id, step_id, kind, hash, content, captured_at from evidence",
    'evidence',
    'evd-2',
    'the audit knows nothing of this row',
  ],
])('what was changed behind the audit is named: %s', async (statement, table, row, why) => {
  const { ledger, raw } = await aStory();
  raw.exec(statement);
  expect(await ledger.verifyAudit()).toMatchObject({ whole: true });
  expect(await ledger.verifyTables()).toEqual({
    whole: false,
    table,
    row: expect.stringMatching(row),
    why: expect.stringMatching(why),
  });
});
