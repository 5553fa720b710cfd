import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../src/domain/canonical.ts';
import type { LedgerEvent } from '../../src/domain/event.ts';
import { AskId, IncidentId, PersonId, RunId, SecretId, StepId } from '../../src/domain/ids.ts';
import { sentenceFor, timelineOf, toldBy } from '../../src/domain/timeline.ts';
import {
  aClaim,
  aFollowUp,
  aGlassBreak,
  aKey,
  alice,
  aNotice,
  anAlert,
  anApproval,
  anAsk,
  anIncident,
  aReminder,
  aReview,
  aRotation,
  aRun,
  aRunbookVersion,
  aScheduledRun,
  aStep,
  aVote,
  bob,
  carol,
  daysAfter,
  NOON,
} from '../support/builders.ts';
import { aDigest } from '../support/digest-builders.ts';
import { aDelivery, aDispatch } from '../support/dispatches.ts';

const key = aKey().id;
const names = new Map<string, string>([
  [key, 'payments-prod v3'],
  ['apr-1', 'Replace payments-prod?'],
  ['ask-1', 'Redeployed?'],
  ['run-1', 'R-KEY-EXPIRY (run-1)'],
]);
const incident = IncidentId.parse('inc-1');
const run = RunId.parse('run-1');
const secret = SecretId.parse('sec-1');
const sealed = { id: secret, key, purpose: 'evidence', envelope: 'v1.x', createdAt: NOON, destroyedAt: null } as const;
const place = { secret, key, sink: 'file', target: '/run/secrets/payments' };
const evidence = {
  id: 'evd-1',
  incident,
  run,
  step: aStep('s', { state: 'started' }).step,
  kind: 'audit',
  hash: 'f'.repeat(64),
  content: {},
  capturedAt: NOON,
};
const tested = {
  at: NOON,
  shiftedTo: daysAfter(NOON, 60),
  wouldTell: 'carol: payments-prod v4 expires in 30 days.',
  channel: 'C0KEYS',
};

const { id: delivery, dispatch } = aDelivery();

// The record makes the compiler ask for a case here whenever an event is added.
const SENTENCES: { [Type in LedgerEvent['type']]: [Extract<LedgerEvent, { type: Type }>, string] } = {
  dispatch_drafted: [
    { type: 'dispatch_drafted', draft: aDispatch() },
    'A notice for people outside was written (key-replaced, text aaaaaaaaaaaa) to Partner on call; it waits for an approval.',
  ],
  delivery_queued: [
    { type: 'delivery_queued', dispatch, delivery: aDelivery() },
    'The notice dlv-1 to Partner on call was approved and is sent.',
  ],
  delivery_begun: [
    { type: 'delivery_begun', dispatch, id: delivery, attempt: 2, sender: 'host:1:ab' },
    'The notice dlv-1 is on its way (attempt 2).',
  ],
  delivery_sent: [
    { type: 'delivery_sent', dispatch, id: delivery, answer: '250 Ok' },
    'The notice dlv-1 was taken by the other side: 250 Ok',
  ],
  delivery_deferred: [
    { type: 'delivery_deferred', dispatch, id: delivery, why: '451 later', until: NOON },
    'The notice dlv-1 could not be sent and is tried again at 2027-03-10T12:00:00.000Z: 451 later',
  ],
  delivery_failed: [
    { type: 'delivery_failed', dispatch, id: delivery, how: 'bounced', why: '550 nobody' },
    'The notice dlv-1 bounced: 550 nobody',
  ],
  delivery_doubted: [
    { type: 'delivery_doubted', dispatch, id: delivery, why: 'the line was cut' },
    'Whether the notice dlv-1 arrived is not known: the line was cut',
  ],
  delivery_withdrawn: [
    { type: 'delivery_withdrawn', dispatch, id: delivery, reason: 'it names the wrong key' },
    'The notice dlv-1 was withdrawn before it left: it names the wrong key',
  ],
  delivery_settled: [
    { type: 'delivery_settled', dispatch, id: delivery, arrived: true, reason: 'they called', by: 'person:bob' },
    'person:bob says that the notice arrived (dlv-1): they called',
  ],
  digest_ran: [{ type: 'digest_ran', digest: aDigest() }, 'The daily digest of 2027-03-10 tells of 1 key.'],
  digest_shown: [
    { type: 'digest_shown', digest: 'dig-2027-03-10', message: 'dig-2027-03-10/1', to: null, shownAt: NOON },
    'dig-2027-03-10/1 was shown in the channel.',
  ],
  digest_key_claimed: [
    {
      type: 'digest_key_claimed',
      claim: { id: 'clm-1', key, by: bob, at: NOON, until: NOON, lacked: [], end: null },
    },
    'bob takes care of payments-prod v3 until 2027-03-10T12:00:00.000Z.',
  ],
  digest_claim_ended: [
    { type: 'digest_claim_ended', claim: 'clm-1', key, how: 'let_go', why: 'bob gave it back.', tell: [] },
    'The claim on payments-prod v3 ended (let go): bob gave it back.',
  ],
  digest_key_snoozed: [
    { type: 'digest_key_snoozed', snooze: { key, until: NOON, by: bob, at: NOON } },
    'bob keeps payments-prod v3 out of the digest until 2027-03-10T12:00:00.000Z.',
  ],
  digest_key_unused: [
    {
      type: 'digest_key_unused',
      mark: { id: 'unu-1', key, by: bob, reason: 'its service is gone', at: NOON, asked: [], answer: null },
    },
    'bob says that payments-prod v3 is not in use: its service is gone',
  ],
  digest_unused_answered: [
    { type: 'digest_unused_answered', mark: 'unu-1', key, confirmed: true, by: bob },
    'bob agrees that payments-prod v3 is not in use.',
  ],
  cache_cleared: [
    { type: 'cache_cleared', key, provider: 'stoa', atProvider: false, delayMs: 300_000 },
    'What verifiers remembered of payments-prod v3 was dropped; at stoa it may count for 300 s more.',
  ],
  expiry_seen: [
    { type: 'expiry_seen', key, expiresAt: NOON, provider: 'stoa' },
    'stoa says that payments-prod v3 ends at 2027-03-10T12:00:00.000Z.',
  ],
  provider_synced: [
    { type: 'provider_synced', provider: 'stoa', seen: 12, unknown: 1, changed: 2, missing: 3 },
    'stoa was asked for its keys: 12 seen, 1 unknown here, 2 changed, 3 missing there.',
  ],
  entered_incident: [{ type: 'entered_incident', run, incident }, 'works on this incident from now on.'],
  situation_reported: [
    {
      type: 'situation_reported',
      incident,
      report: {
        severity: 'SEV1',
        title: null,
        conditions: 'Checkout is down',
        actions: 'alice restores the old key.',
        needs: null,
        note: null,
      },
    },
    'The severity is SEV1 now. Conditions: Checkout is down. Actions: alice restores the old key.',
  ],
  scheduled_run_planned: [
    { type: 'scheduled_run_planned', scheduled: aScheduledRun() },
    'R-REKEY is to begin at 2027-03-11T12:00:00.000Z (sch-1): a controlled rekey',
  ],
  scheduled_run_started: [
    { type: 'scheduled_run_started', scheduled: 'sch-1', run },
    'The scheduled run sch-1 began (run-1).',
  ],
  scheduled_run_missed: [
    { type: 'scheduled_run_missed', scheduled: 'sch-1', why: 'its window is over.' },
    'The scheduled run sch-1 did not begin: its window is over.',
  ],
  scheduled_run_cancelled: [
    { type: 'scheduled_run_cancelled', scheduled: 'sch-1', reason: 'not needed' },
    'The scheduled run sch-1 was cancelled: not needed',
  ],
  key_issued: [
    { type: 'key_issued', key: aKey({ version: 4, state: 'pending' }) },
    'payments-prod v4 was minted with the scopes payments:read, payments:write',
  ],
  key_activated: [{ type: 'key_activated', key }, 'payments-prod v3 became active.'],
  key_expired: [{ type: 'key_expired', key }, 'was recorded as expired'],
  key_retired: [{ type: 'key_retired', key, graceEndsAt: NOON }, 'both are accepted until 2027-03-10T12:00:00.000Z'],
  key_grace_extended: [
    { type: 'key_grace_extended', key, graceEndsAt: NOON, reason: 'billing is not redeployed' },
    'was extended to 2027-03-10T12:00:00.000Z: billing is not redeployed',
  ],
  key_grace_cut: [{ type: 'key_grace_cut', key, reason: 'it leaked' }, 'was ended at once: it leaked'],
  key_grace_taken_back: [
    { type: 'key_grace_taken_back', key, reason: 'its rotation was taken back' },
    'stays suspended, and has no grace any more',
  ],
  key_suspended: [{ type: 'key_suspended', key, reason: 'odd traffic' }, 'was suspended: odd traffic'],
  key_reinstated: [{ type: 'key_reinstated', key, to: 'active', reason: 'a false alarm' }, 'is active again'],
  key_changed: [
    { type: 'key_changed', key, change: { owner: 'bob' }, reason: 'carol left' },
    'owner changed: carol left',
  ],
  key_expiry_extended: [
    { type: 'key_expiry_extended', key, expiresAt: NOON, reason: 'freeze', approvedBy: bob },
    'moved to 2027-03-10T12:00:00.000Z; whoever asked stated that bob agreed: freeze',
  ],
  key_forgotten: [{ type: 'key_forgotten', key }, 'its time of retention is over'],
  secret_rewrapped: [
    { type: 'secret_rewrapped', secret: SecretId.parse('sec-1'), envelope: 'v1', from: 'aaaa', to: 'bbbb' },
    'under the master key bbbb instead of aaaa',
  ],
  rotation_requested: [
    { type: 'rotation_requested', rotation: aRotation({ reason: 'too old' }) },
    'A rotation (planned) of payments-prod v3 was asked for by person:alice',
  ],
  rotation_started: [
    { type: 'rotation_started', rotation: aRotation().id, run: RunId.parse('run-1') },
    'rot-1 began (run-1)',
  ],
  rotation_ended: [
    { type: 'rotation_ended', rotation: aRotation().id, outcome: 'preempted', why: 'an emergency.' },
    'ended (preempted): an emergency.',
  ],
  usage_gate_held: [
    { type: 'usage_gate_held', key, share: 0.2, callers: [{ caller: 'billing-cron', calls: 41 }] },
    'billing-cron (41 calls) still use it',
  ],
  usage_gate_waived: [
    { type: 'usage_gate_waived', key, reason: 'it is switched off tonight', by: 'person:bob' },
    'person:bob waived the usage gate',
  ],
  claim_opened: [{ type: 'claim_opened', claim: aClaim() }, 'offered to person:carol until'],
  claim_taken: [
    { type: 'claim_taken', claim: aClaim().id, key, by: 'person:carol', how: 'terminal' },
    'person:carol claimed the secret of payments-prod v3 (terminal)',
  ],
  claim_refused: [
    { type: 'claim_refused', claim: aClaim().id, by: null, why: 'it was taken before' },
    'Somebody tried to claim clm-1',
  ],
  alarm_ended: [
    { type: 'alarm_ended', alarm: 'alm-1', why: 'Rekey can write to C0OPS again.' },
    'The alarm is over: Rekey can write to C0OPS again.',
  ],
  alarm_raised: [
    {
      type: 'alarm_raised',
      alarm: { id: 'alm-1', kind: 'rotation_spike', key, sentence: 'Rotated four times in a week.', raisedAt: NOON },
    },
    'Alarm: Rotated four times in a week.',
  ],
  master_key_adopted: [
    { type: 'master_key_adopted', masterKey: 'aaaa1111', pepper: 'bbbb2222', envelope: 'v1', digest: 'd'.repeat(64) },
    'bound to the master key aaaa1111 and the pepper bbbb2222',
  ],
  master_key_retired: [
    { type: 'master_key_retired', masterKey: 'aaaa1111', why: 'replaced by cccc3333' },
    'The master key aaaa1111 was retired (replaced by cccc3333)',
  ],
  checkpoint_signed: [
    { type: 'checkpoint_signed', seq: 17, hash: 'f'.repeat(64), signer: 'abcd' },
    'up to line 17 was signed',
  ],
  key_quarantined: [{ type: 'key_quarantined', key, material: 'absent' }, 'no material at its registered place'],
  key_compromised: [{ type: 'key_compromised', key }, 'marked as compromised'],
  key_revoked: [{ type: 'key_revoked', key, replacedBy: null }, 'payments-prod v3 was revoked.'],
  key_proved_live: [
    { type: 'key_proved_live', key, probes: 3, how: 'GET /ping → 200' },
    '3 of 3 probes: GET /ping → 200',
  ],
  key_proved_dead: [{ type: 'key_proved_dead', key, how: 'GET /ping → 401' }, 'proved to be rejected: GET /ping → 401'],
  secret_sealed: [{ type: 'secret_sealed', secret: sealed }, 'sealed as evidence'],
  secret_delivered: [{ type: 'secret_delivered', ...place }, 'delivered by file to /run/secrets/payments'],
  secret_withdrawn: [{ type: 'secret_withdrawn', ...place }, 'taken back from file'],
  secret_destroyed: [{ type: 'secret_destroyed', secret }, 'sec-1 was destroyed'],
  alert_received: [
    { type: 'alert_received', alert: anAlert() },
    'key_expired_blocked came in from hook:payments_api: 12 in 10 min',
  ],
  incident_opened: [{ type: 'incident_opened', incident: anIncident() }, 'SEV2 was declared: payments-prod expired.'],
  incident_classified: [
    { type: 'incident_classified', incident, keyClass: 'api_key', why: 'it is registered so.' },
    'Identified as api_key',
  ],
  incident_contained: [{ type: 'incident_contained', incident }, 'contained'],
  incident_recovered: [{ type: 'incident_recovered', incident }, 'recovered'],
  incident_room_wanted: [
    { type: 'incident_room_wanted', incident, name: 'inc-1121-payments-prod', isPrivate: true },
    'A private channel of its own was asked for: #inc',
  ],
  incident_room_made: [
    { type: 'incident_room_made', incident, name: 'inc-1121-payments-prod', room: 'C0ROOM' },
    '#inc-1121-payments-prod was opened',
  ],
  incident_room_refused: [
    { type: 'incident_room_refused', incident, why: 'Slack does not permit it' },
    'no channel of its own: Slack does not permit it',
  ],
  incident_room_lost: [
    { type: 'incident_room_lost', incident, why: 'it was archived' },
    'goes on in the thread: it was archived',
  ],
  incident_role_given: [
    {
      type: 'incident_role_given',
      incident,
      role: 'commander',
      person: PersonId.parse('bob'),
      number: 2,
      before: PersonId.parse('alice'),
      reason: 'she goes off shift',
    },
    'bob is commander now instead of alice: she goes off shift',
  ],
  incident_severity_changed: [
    { type: 'incident_severity_changed', incident, from: 'SEV3', to: 'SEV2', reason: 'customers see it' },
    'went from SEV3 to SEV2: customers see it',
  ],
  incident_status_posted: [
    {
      type: 'incident_status_posted',
      status: { incident, number: 1, conditions: 'down', actions: null, needs: null, by: 'person:bob', at: NOON },
    },
    'person:bob posted a status',
  ],
  incident_noted: [
    {
      type: 'incident_noted',
      note: {
        id: 'note-1',
        incident,
        version: 1,
        words: 'the cache was cleared',
        saidBy: PersonId.parse('bob'),
        addedBy: [PersonId.parse('alice')],
        source: null,
        alteredBy: null,
        happenedAt: NOON,
        reportedAt: NOON,
        recordedAt: NOON,
      },
    },
    'Noted, said by bob',
  ],
  incident_point_waived: [
    {
      type: 'incident_point_waived',
      waiver: { incident, point: 'No reminder is set.', reason: 'a drill', by: 'person:bob', at: NOON },
    },
    'although this is open: “No reminder is set.” Reason: a drill',
  ],
  incident_reopened: [
    { type: 'incident_reopened', incident, reason: 'it happened again' },
    'opened again: it happened',
  ],
  incident_update_asked: [
    { type: 'incident_update_asked', incident, number: 1, person: PersonId.parse('bob') },
    'bob was asked how it stands',
  ],
  incident_closed: [
    { type: 'incident_closed', incident, openPoints: ['No reminder is set.'] },
    'stays open: No reminder is set.',
  ],
  run_started: [
    { type: 'run_started', run: aRun() },
    'R-KEY-EXPIRY started (run-1), asked for by person:alice: payments are blocked',
  ],
  run_joined: [
    { type: 'run_joined', run, incident, situation: 'suspected', reason: 'odd calls' },
    'The same was asked for again (suspected): odd calls',
  ],
  fan_out_planned: [
    {
      type: 'fan_out_planned',
      run,
      step: StepId.parse('fan'),
      items: ['a', 'b'].map((name, at) => ({
        index: at + 1,
        name,
        inputsHash: name,
        tried: null,
        run: null,
        joined: false,
        outcome: null,
        why: null,
      })),
    },
    'Step fan is for 2: a, b.',
  ],
  fan_out_moved: [
    {
      type: 'fan_out_moved',
      run,
      step: StepId.parse('fan'),
      generation: 1,
      started: [{ index: 1, name: 'a', run, joined: true }],
      ended: [
        { index: 2, name: 'b', outcome: 'failed', why: 'no.' },
        { index: 3, name: 'c', outcome: 'not_started', why: 'too many had failed before it' },
      ],
    },
    'Step fan waits for run-1, which was open for a already. Step fan: b failed: no. Step fan started no more (1 left): c.',
  ],
  run_paused: [
    { type: 'run_paused', run, reason: 'a release is under way' },
    'R-KEY-EXPIRY (run-1) was paused: a release is under way.',
  ],
  run_resumed: [
    { type: 'run_resumed', run, reason: 'it is out' },
    'R-KEY-EXPIRY (run-1) goes on after its pause: it is out.',
  ],
  run_reopened: [
    { type: 'run_reopened', run, reason: 'the provider is back' },
    'R-KEY-EXPIRY (run-1) had failed and was opened again: the provider is back.',
  ],
  step_skipped: [
    { type: 'step_skipped', run, record: aStep('tell', { state: 'skipped', why: 'x' }), reason: 'nobody calls it' },
    'Step tell was skipped by a person: nobody calls it.',
  ],
  steps_reset: [
    {
      type: 'steps_reset',
      run,
      records: ['mint', 'deliver'].map((id) => aStep(id, { state: 'reset', why: 'x', outputs: null })),
      reason: 'the wrong owner',
    },
    'To be done again: mint, deliver: the wrong owner.',
  ],
  run_cancel_requested: [
    { type: 'run_cancel_requested', run, reason: 'wrong key' },
    'R-KEY-EXPIRY (run-1) was asked for: wrong key',
  ],
  run_overdue: [
    { type: 'run_overdue', run, at: NOON, why: 'deadline of the run (8h) passed at 2027-03-10 12:00:00 UTC' },
    'R-KEY-EXPIRY (run-1) is stopped: deadline of the run (8h) passed at 2027-03-10 12:00:00 UTC.',
  ],
  run_stopped: [
    { type: 'run_stopped', run, outcome: 'failed', why: 'mint: no' },
    'R-KEY-EXPIRY (run-1) is stopped: mint: no.',
  ],
  run_finished: [
    { type: 'run_finished', run, outcome: 'failed', why: 'mint: no' },
    'R-KEY-EXPIRY (run-1) failed: mint: no',
  ],
  step_settled: [
    {
      type: 'step_settled',
      run,
      step: aStep('mint', { state: 'started' }).step,
      happened: true,
      reason: 'I looked',
      by: 'person:alice',
    },
    'person:alice stated that step mint happened: I looked.',
  ],
  step_recorded: [
    { type: 'step_recorded', run, record: aStep('mint', { state: 'failed', error: 'no admin' }) },
    'Step mint failed: no admin',
  ],
  approval_requested: [
    { type: 'approval_requested', approval: anApproval() },
    '"Replace payments-prod?" was put to bob, carol (rule rotate, until 2027-03-10T12:10:00.000Z)',
  ],
  vote_cast: [
    {
      type: 'vote_cast',
      approval: anApproval().id,
      vote: aVote({ vote: 'deny', reason: 'too early' }),
    },
    'bob voted to deny "Replace payments-prod?": too early',
  ],
  approval_decided: [
    { type: 'approval_decided', approval: anApproval().id, outcome: 'approved' },
    '"Replace payments-prod?" was approved',
  ],
  approval_asked: [
    { type: 'approval_asked', approval: anApproval().id, people: [carol] },
    'A freeze will be on when "Replace payments-prod?" is to run, so it was put to carol as well.',
  ],
  approval_reminded: [
    { type: 'approval_reminded', approval: anApproval().id, number: 1, people: [bob, carol] },
    'bob, carol had not decided on "Replace payments-prod?" and got a reminder',
  ],
  approval_escalated: [
    { type: 'approval_escalated', approval: anApproval().id, number: 1, people: [alice] },
    'Nobody had decided on "Replace payments-prod?", so alice may decide it too',
  ],
  approval_delegated: [
    {
      type: 'approval_delegated',
      approval: anApproval().id,
      delegation: { from: bob, to: alice, reason: 'on a plane', at: NOON },
    },
    'bob handed their voice in "Replace payments-prod?" to alice: on a plane',
  ],
  glass_broken: [
    { type: 'glass_broken', use: aGlassBreak() },
    'alice broke the glass and decided "Replace payments-prod?" alone: nobody answers. Not waited for: bob, carol',
  ],
  glass_reviewed: [
    {
      type: 'glass_reviewed',
      approval: anApproval().id,
      review: { by: bob, verdict: 'not_justified', comment: 'I was there', at: NOON },
    },
    'bob reviewed the break-glass on "Replace payments-prod?" and found it NOT justified: I was there',
  ],
  ask_opened: [
    { type: 'ask_opened', ask: anAsk() },
    'carol was asked: "Is the caller redeployed with the new key?" (due 2027-03-10T12:30:00.000Z)',
  ],
  ask_marked: [
    { type: 'ask_marked', ask: anAsk().id, item: 'cdn', mark: 'not_applicable', reason: 'there is none', by: bob },
    'bob said that it does not apply: "cdn" of "Redeployed?": there is none',
  ],
  ask_reminded: [
    { type: 'ask_reminded', ask: anAsk().id, nth: 1, people: [carol] },
    'carol was reminded of "Redeployed?"',
  ],
  ask_escalated: [
    { type: 'ask_escalated', ask: anAsk().id, to: 'group:security', people: [bob] },
    'is overdue and was put to bob too (group:security)',
  ],
  ask_handed_over: [
    { type: 'ask_handed_over', ask: anAsk().id, to: 'bob', people: [bob], reason: 'on leave', by: carol },
    'carol handed "Redeployed?" over to bob: on leave',
  ],
  ask_pushed_back: [
    { type: 'ask_pushed_back', ask: anAsk().id, to: StepId.parse('deploy'), reason: 'the pipeline is red', by: carol },
    'carol sent "Redeployed?" back to step deploy: the pipeline is red',
  ],
  ask_answered: [
    { type: 'ask_answered', ask: AskId.parse('ask-1'), yes: true, evidence: 'https://ci/7', by: carol },
    'carol answered yes to "Redeployed?": https://ci/7',
  ],
  notice_issued: [{ type: 'notice_issued', notice: aNotice() }, 'person:carol was told about payments-prod v3'],
  evidence_captured: [{ type: 'evidence_captured', evidence }, 'audit (SHA-256 ffffffffffff…)'],
  reminder_set: [
    { type: 'reminder_set', reminder: aReminder() },
    'A reminder for payments-prod v3 was set: carol in C0KEYS',
  ],
  reminder_tested: [
    { type: 'reminder_tested', key, tested },
    'clock shifted to 2027-05-09T12:00:00.000Z: carol: payments-prod v4',
  ],
  summary_posted: [{ type: 'summary_posted', incident, run, markdown: '', json: '' }, 'summary was posted'],
  summary_redrawn: [
    { type: 'summary_redrawn', incident, hash: 'f'.repeat(64), markdown: '', json: '' },
    'The summary was drawn again with what was learned since (SHA-256 ffffffffffff…).',
  ],
  follow_up_added: [
    { type: 'follow_up_added', followUp: aFollowUp() },
    'Follow-up for carol until 2027-03-17: Route the warnings.',
  ],
  follow_up_done: [
    { type: 'follow_up_done', followUp: 'fup-1', note: 'merged', by: carol },
    'carol did the follow-up "fup-1": merged.',
  ],
  follow_up_handed_over: [
    { type: 'follow_up_handed_over', followUp: 'fup-1', to: 'bob', reason: '', by: carol },
    'carol handed the follow-up "fup-1" to bob.',
  ],
  follow_up_moved: [
    { type: 'follow_up_moved', followUp: 'fup-1', dueAt: NOON, reason: 'a freeze', by: carol },
    'carol moved the follow-up "fup-1" to 2027-03-10: a freeze.',
  ],
  follow_up_dropped: [
    { type: 'follow_up_dropped', followUp: 'fup-1', reason: 'the service is gone', by: carol },
    'carol dropped the follow-up "fup-1": the service is gone.',
  ],
  person_nagged: [
    {
      type: 'person_nagged',
      nag: {
        id: 'nag-1',
        person: carol,
        day: '2027-03-10',
        items: [{ subject: 'fup-1', sinceAt: NOON, nth: 2, escalated: false }],
      },
    },
    'carol was reminded of 1 open point.',
  ],
  retrospective_due: [
    { type: 'retrospective_due', retrospective: { incident, dueAt: NOON, people: [bob], published: null } },
    'A retrospective is to be published; bob is reminded from 2027-03-10 on.',
  ],
  retrospective_published: [
    { type: 'retrospective_published', incident, words: 'https://wiki.example.com/7', by: bob },
    'bob published the retrospective: https://wiki.example.com/7',
  ],
  review_opened: [
    { type: 'review_opened', review: aReview() },
    'The weekly review rev-weekly-2027-03-08 was opened with 3 points.',
  ],
  review_ticked: [
    { type: 'review_ticked', review: 'rev-1', item: 'restore-tested', note: 'took 4 min', by: bob },
    'bob ticked "restore-tested" of rev-1: took 4 min.',
  ],
  review_nagged: [
    { type: 'review_nagged', review: 'rev-1', channel: null },
    'rev-1 was not finished, and the team was reminded once.',
  ],
  review_finished: [{ type: 'review_finished', review: 'rev-1' }, 'rev-1 is finished: every point was looked at.'],
  runbook_read: [
    { type: 'runbook_read', version: aRunbookVersion(), text: 'runbook: R-TEST' },
    'A text of R-TEST was read',
  ],
  runbook_went_live: [
    { type: 'runbook_went_live', runbook: 'R-TEST', hash: 'e'.repeat(64), replaces: 'd'.repeat(64), tell: [] },
    'R-TEST is live in another text (dddddddd → eeeeeeee).',
  ],
  runbook_gone: [{ type: 'runbook_gone', runbook: 'R-TEST', hash: 'e'.repeat(64) }, 'R-TEST is no longer there'],
  runbook_grants_approved: [
    {
      type: 'runbook_grants_approved',
      runbook: 'R-TEST',
      hash: 'e'.repeat(64),
      widened: ['sinks: webhook'],
      reason: 'reviewed in the pull request',
    },
    'sinks: webhook) were approved: reviewed in the pull request',
  ],
  runbook_proved: [
    {
      type: 'runbook_proved',
      proof: {
        id: 'prf-1',
        runbook: 'R-TEST',
        hash: 'e'.repeat(64),
        how: 'drill',
        passed: true,
        recoverMs: 61_000,
        summary: 'recovered in 61 s.',
        at: NOON,
      },
    },
    'R-TEST passed a drill: recovered in 61 s.',
  ],
  peer_registered: [
    {
      type: 'peer_registered',
      peer: {
        name: 'node-b',
        contact: 'ops@node-b.example',
        connection: null,
        pins: ['node-identity'],
        registeredAt: NOON,
      },
      reason: 'joined the federation',
    },
    'The peer node-b (ops@node-b.example) was registered; it pins node-identity: joined the federation',
  ],
  peer_changed: [
    { type: 'peer_changed', peer: 'node-b', change: { contact: 'group:oncall' }, reason: 'ours now' },
    'The peer node-b was changed (contact): ours now',
  ],
  peer_removed: [{ type: 'peer_removed', peer: 'node-b', reason: 'left' }, 'The peer node-b was removed: left'],
  peer_reached: [
    { type: 'peer_reached', peer: 'node-b', key, state: 'pinned', evidence: 'their manifest' },
    'node-b re-pinned to payments-prod v3: their manifest',
  ],
  peer_waived: [
    { type: 'peer_waived', peer: 'node-d', key, reason: 'shut down until June', by: 'person:bob' },
    'person:bob let payments-prod v3 go ahead without the peer node-d: shut down until June',
  ],
  canary_began: [
    {
      type: 'canary_began',
      canary: {
        id: 'run-1.try.1',
        run,
        step: evidence.step,
        key,
        members: [{ name: 'payments-1', sink: 'file', target: '/run/a', previous: null }],
        beganAt: NOON,
        deliveredAt: null,
        rounds: 0,
        probes: 0,
        failures: 0,
        missed: null,
        endedAt: null,
        outcome: null,
      },
    },
    'A canary of payments-prod v3 began: payments-1.',
  ],
  canary_delivered: [
    { type: 'canary_delivered', canary: 'run-1.try.1', key },
    'payments-prod v3 was delivered to the canary.',
  ],
  canary_probed: [
    { type: 'canary_probed', canary: 'run-1.try.1', key, probes: 2, failures: 1, failed: ['payments-2: 500'] },
    'The canary of payments-prod v3 failed 1 of 2 probes: payments-2: 500.',
  ],
  canary_missed: [
    { type: 'canary_missed', canary: 'run-1.try.1', key, why: '1 of 2 probes failed, 0 were allowed' },
    'missed its threshold: 1 of 2 probes failed, 0 were allowed.',
  ],
  canary_ended: [
    { type: 'canary_ended', canary: 'run-1.try.1', key, outcome: 'returned', why: '1 of 2 probes failed' },
    'got its previous key back: 1 of 2 probes failed.',
  ],
  second_factor_invited: [
    {
      type: 'second_factor_invited',
      invite: {
        id: 'inv-1',
        person: bob,
        tokenHash: 'e'.repeat(64),
        invitedBy: 'person:alice',
        createdAt: NOON,
        expiresAt: NOON,
        factor: null,
      },
    },
    'bob was invited by person:alice to set up an authenticator app.',
  ],
  second_factor_wanted: [
    { type: 'second_factor_wanted', person: carol, asked: [bob] },
    'carol asked bob for a link to set up an authenticator app.',
  ],
  recovery_codes_made: [
    { type: 'recovery_codes_made', person: bob, factor: 'fac-1', recovery: ['a', 'b'] },
    'bob was shown 2 recovery codes.',
  ],
  checklist_dismissed: [{ type: 'checklist_dismissed', person: bob }, 'bob put the first-week checklist away.'],
  totp_enrolled: [
    { type: 'totp_enrolled', factor: { id: 'fac-1', person: bob, envelope: 'v1.x', enrolledAt: NOON }, invite: null },
    'bob began to set up an authenticator app.',
  ],
  totp_confirmed: [
    { type: 'totp_confirmed', person: bob, factor: 'fac-1', step: 1, recovery: [] },
    'The authenticator app of bob was shown to work',
  ],
  totp_used: [
    { type: 'totp_used', person: bob, factor: 'fac-1', step: 2, what: 'removing it' },
    'bob proved themselves with a code, for removing it.',
  ],
  recovery_code_used: [
    { type: 'recovery_code_used', person: bob, factor: 'fac-1', digest: 'd', left: 9, what: 'removing it' },
    'bob used a recovery code, for removing it; 9 are left.',
  ],
  totp_failed: [
    { type: 'totp_failed', person: bob, left: 4, what: 'removing it' },
    'A wrong code was given for bob, for removing it; 4 tries are left.',
  ],
  totp_locked: [
    { type: 'totp_locked', person: bob, until: NOON, what: 'removing it' },
    `No code of bob is taken until ${NOON.toISOString()}`,
  ],
  totp_removed: [
    { type: 'totp_removed', person: bob, factor: 'fac-1', reason: 'the phone is gone' },
    'The authenticator app of bob was removed: the phone is gone',
  ],
  totp_rewrapped: [
    { type: 'totp_rewrapped', factor: 'fac-1', envelope: 'v1.y', from: 'a', to: 'b' },
    'The seed fac-1 was wrapped anew, from the master key a to b.',
  ],
  leak_compared: [
    { type: 'leak_compared', by: 'person:alice', texts: 2, found: [], named: [] },
    'person:alice said that a key leaked and had 2 texts compared with the known ones: it is none of them.',
  ],
  request_refused: [
    { type: 'request_refused', what: 'vote on apr-1', code: 'not_an_approver', sentence: 'You are not an approver.' },
    'refused (vote on apr-1): You are not',
  ],
};

// As audit.ts writes them: canonical JSON without what is confidential.
const lineFor = (event: LedgerEvent) => ({
  details: canonicalJson(
    JSON.parse(
      JSON.stringify(event, (name, value: unknown) =>
        ['envelope', 'text', 'markdown', 'json', 'token'].includes(name) ? undefined : value,
      ),
    ),
  ),
});

describe('one sentence per event', () => {
  test.each(
    Object.values(SENTENCES).map(([event, words]): [string, LedgerEvent, string] => [event.type, event, words]),
  )('%s', (_type, event, words) => {
    expect(sentenceFor(toldBy(lineFor(event)), names)).toContain(words);
  });

  test('a key that was registered as it is was not minted', () => {
    expect(sentenceFor(toldBy(lineFor({ type: 'key_issued', key: aKey() })), names)).toBe(
      'payments-prod v3 was registered, active.',
    );
  });

  test.each([
    [aStep('s', { state: 'done', outputs: {} })],
    [aStep('s', { state: 'started' })],
    [aStep('s', { state: 'waiting', waiting: { kind: 'time', until: NOON }, answered: false })],
  ])('a step that goes well is told by its own events', (record) => {
    expect(sentenceFor(toldBy(lineFor({ type: 'step_recorded', run, record })), names)).toBeNull();
  });

  test.each([
    [aStep('s', { state: 'skipped', why: 'when x does not hold' }), 'was skipped'],
    [aStep('s', { state: 'undone', outputs: {}, error: null }), 'was undone'],
    [aStep('s', { state: 'in_doubt', question: 'Did it happen?' }), 'Did it happen?'],
    [
      aStep('s', {
        state: 'waiting',
        waiting: { kind: 'retry', until: NOON, error: 'timeout', resumes: null },
        answered: false,
      }),
      'tried again: timeout',
    ],
    [
      aStep('s', { state: 'done', outputs: {} }, { undoError: 'no access' }),
      'could not be undone; a person has to take it back: no access',
    ],
  ])('a step that needs somebody is told', (record, words) => {
    expect(sentenceFor(toldBy(lineFor({ type: 'step_recorded', run, record })), names)).toContain(words);
  });
});

test('a timeline is in the order of the audit, with who did it', () => {
  const base = {
    at: NOON,
    channel: 'engine',
    subject: '',
    incident,
    run,
    step: null,
    planHash: null,
    prevHash: '',
    hash: '',
  } as const;
  const entries = [
    { ...base, seq: 3, actor: 'person:bob', action: 'vote_cast', ...lineFor(SENTENCES.vote_cast[0]) },
    {
      ...base,
      seq: 2,
      actor: 'system:engine',
      action: 'step_recorded',
      ...lineFor({ type: 'step_recorded', run, record: aStep('s', { state: 'started' }) }),
    },
    { ...base, seq: 1, actor: 'person:alice', action: 'incident_opened', ...lineFor(SENTENCES.incident_opened[0]) },
  ] as const;
  expect(timelineOf(entries, names).map(({ seq, actor }) => [seq, actor])).toEqual([
    [1, 'person:alice'],
    [3, 'person:bob'],
  ]);
});
