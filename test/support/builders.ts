import type { GlassBreak } from '../../src/domain/approval/break-glass.ts';
import type { Approval, Vote } from '../../src/domain/approval.ts';
import type { Claim } from '../../src/domain/claim.ts';
import type { FollowUp } from '../../src/domain/follow-up.ts';
import {
  ApprovalId,
  AskId,
  ClaimId,
  IncidentId,
  KeyId,
  PersonId,
  RotationId,
  RunId,
  SecretId,
  StepId,
} from '../../src/domain/ids.ts';
import type { Alert, Ask, Incident, Notice, Reminder } from '../../src/domain/incident.ts';
import type { Key } from '../../src/domain/key.ts';
import type { ClassRule } from '../../src/domain/key-class.ts';
import { newAsk } from '../../src/domain/new-ask.ts';
import { UNTOUCHED } from '../../src/domain/new-key.ts';
import { Policy } from '../../src/domain/policy.ts';
import type { Review } from '../../src/domain/review.ts';
import { NOT_BEGUN, type Rotation } from '../../src/domain/rotation.ts';
import type { Run, StepRecord } from '../../src/domain/run.ts';
import type { RunbookVersion } from '../../src/domain/runbook-version.ts';
import type { ScheduledRun } from '../../src/domain/scheduled-run.ts';
import { keyRefOf } from '../../src/steps/fields.ts';

export const NOON = new Date('2027-03-10T12:00:00.000Z');
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export function minutesAfter(start: Date, minutes: number): Date {
  return new Date(start.getTime() + minutes * MINUTE);
}

export function daysAfter(start: Date, days: number): Date {
  return new Date(start.getTime() + days * DAY);
}

/** alice asks, bob approves, carol owns the keys. */
export const alice = PersonId.parse('alice');
export const bob = PersonId.parse('bob');
export const carol = PersonId.parse('carol');

/** `payments-prod v3` of carol, which expired 36 minutes ago; the ledger does not know it yet (state: active). */
export function aKey(overrides: Partial<Key> = {}): Key {
  return {
    id: KeyId.parse('key-payments3'),
    slug: 'payments-prod',
    version: 3,
    class: 'api_key',
    provider: 'ledger',
    externalRef: 'pay3pay3pay3pay3',
    service: 'payments',
    environment: 'production',
    owner: 'carol',
    escalation: 'group:oncall',
    scopes: ['payments:read', 'payments:write'],
    rateLimit: 1_000,
    digest: '7f3a2b'.padEnd(64, '0'),
    pepperId: 'p1',
    last4: 'Q2w9',
    predecessor: null,
    delivery: { sink: 'file', target: '/run/secrets/payments' },
    probeUrl: null,
    runbook: 'R-KEY-EXPIRY',
    secretRef: null,
    administers: null,
    claims: null,
    publicJwk: null,
    ...UNTOUCHED,
    state: 'active',
    createdAt: daysAfter(NOON, -90),
    activatedAt: daysAfter(NOON, -90),
    expiresAt: minutesAfter(NOON, -36),
    provedLiveAt: daysAfter(NOON, -90),
    ...overrides,
  };
}

export function aRun(overrides: Partial<Run> = {}): Run {
  return {
    id: RunId.parse('run-1'),
    incident: IncidentId.parse('inc-1'),
    parent: null,
    runbook: { id: 'R-KEY-EXPIRY', hash: 'a'.repeat(64), text: 'runbook: R-KEY-EXPIRY\n' },
    inputs: { key: keyRefOf(aKey()), situation: 'expired' },
    key: aKey().id,
    requestedBy: 'person:alice',
    reason: 'payments are blocked',
    startedAt: NOON,
    finishedAt: null,
    outcome: null,
    cancelRequestedAt: null,
    openRuns: 'one_per_key',
    overdueAt: null,
    stoppedAt: null,
    deadlinesFrom: null,
    paused: null,
    steps: {},
    ...overrides,
  };
}

type OwnFields<One> = One extends StepRecord ? Omit<One, Exclude<CommonField, 'state'>> : never;
type CommonField = keyof StepRecord;
type StepState = OwnFields<StepRecord>;

/** `aStep('mint', { state: 'done', outputs: {} })`, first attempt, begun at noon. */
export function aStep(id: string, state: StepState, overrides: Partial<StepRecord> = {}): StepRecord {
  return {
    step: StepId.parse(id),
    token: `run-1.${id}.1`,
    generation: 1,
    attempts: 1,
    epoch: 1,
    ordinal: 1,
    startedAt: NOON,
    endedAt: state.state === 'started' || state.state === 'waiting' ? null : NOON,
    input: null,
    undoing: null,
    undoError: null,
    ...state,
    ...overrides,
  } as StepRecord;
}

export function anIncident(overrides: Partial<Incident> = {}): Incident {
  return {
    id: IncidentId.parse('inc-1'),
    severity: 'SEV2',
    title: 'payments-prod expired',
    key: aKey().id,
    keyClass: null,
    channel: 'C0INCIDENTS',
    openedBy: 'person:alice',
    startedAt: minutesAfter(NOON, -36),
    reportedAt: NOON,
    containedAt: null,
    recoveredAt: null,
    closedAt: null,
    openPoints: [],
    ...overrides,
  };
}

/** alice, bob and carol; bob and carol are `group:security`, alice and bob `group:oncall`; `rotate` needs one of the owner or security. */
export function aPolicy(overrides: Partial<Policy> = {}): Policy {
  return Policy.parse({
    version: 1,
    team: { slack_teams: ['T0TEAM'], time_zone: 'Europe/Berlin', incident_channel: 'C0INCIDENTS' },
    people: {
      alice: { slack: 'U0ALICE', name: 'Alice' },
      bob: { slack: 'U0BOB', name: 'Bob' },
      carol: { slack: 'U0CAROL', name: 'Carol' },
    },
    groups: { security: ['bob', 'carol'], oncall: ['alice', 'bob'] },
    may: {
      rotate: ['group:oncall', 'owner'],
      cancel: ['group:oncall'],
      run: ['group:oncall'],
      pause: ['group:oncall'],
      skip: ['group:oncall'],
      retry: ['group:oncall'],
      answer: ['owner', 'group:oncall'],
      read: ['group:oncall', 'owner'],
    },
    rules: { rotate: { approve: 1, from: ['owner', 'group:security'] } },
    alerts: { key_expiring_soon: { within_days: [30, 14, 7, 3, 1], channel: 'C0KEYS' } },
    hooks: { payments_api: { alerts: ['key_expired_blocked', 'auth_failures'] } },
    incidents: { channel_from: 'never' },
    ...overrides,
  });
}

export function anApproval(overrides: Partial<Approval> = {}): Approval {
  return {
    id: ApprovalId.parse('apr-1'),
    run: RunId.parse('run-1'),
    step: StepId.parse('go'),
    incident: IncidentId.parse('inc-1'),
    question: 'Replace payments-prod?',
    ruleName: 'rotate',
    rule: {
      approve: 1,
      deny: 1,
      from: ['owner', 'group:security'],
      requester_may_approve: false,
      reason_required: false,
      expires_minutes: { planned: 30, emergency: 10 },
    },
    subject: {
      owner: 'carol',
      escalation: 'group:oncall',
      environment: 'production',
      emergency: true,
      compromised: false,
      confirm: 'payments-prod',
    },
    binding: {
      runbook: 'R-KEY-EXPIRY',
      runbookHash: 'a'.repeat(64),
      fileHash: 'a'.repeat(64),
      inputs: aRun().inputs,
      keyVersion: 1,
      policyHash: 'b'.repeat(64),
    },
    planHash: 'c'.repeat(64),
    requestedBy: 'person:alice',
    asked: [bob, carol],
    token: 'apt-opaque',
    createdAt: NOON,
    expiresAt: minutesAfter(NOON, 10),
    votes: [],
    delegations: [],
    reminded: 0,
    escalated: 0,
    glassBrokenBy: null,
    outcome: null,
    decidedAt: null,
    ...overrides,
  };
}

/** alice decided without bob and carol, and has not been reviewed. */
export function aGlassBreak(overrides: Partial<GlassBreak> = {}): GlassBreak {
  return {
    approval: anApproval().id,
    run: anApproval().run,
    incident: anApproval().incident,
    question: 'Replace payments-prod?',
    by: alice,
    reason: 'nobody answers',
    proof: 'click',
    at: NOON,
    skipped: [bob, carol],
    reviewers: [bob, carol],
    dueAt: minutesAfter(NOON, 24 * 60),
    review: null,
    ...overrides,
  };
}

/** bob agrees with a click. */
export function aVote(overrides: Partial<Vote> = {}): Vote {
  return { person: bob, vote: 'approve', reason: '', at: NOON, proof: 'click', notBefore: null, ...overrides };
}

export function anAsk(overrides: Partial<Ask> = {}): Ask {
  return newAsk({
    id: AskId.parse('ask-1'),
    run: RunId.parse('run-1'),
    step: StepId.parse('redeployed'),
    incident: IncidentId.parse('inc-1'),
    question: 'Is the caller redeployed with the new key?',
    assignee: 'carol',
    assigned: [carol],
    evidence: 'url',
    token: 'ast-opaque',
    createdAt: NOON,
    dueAt: minutesAfter(NOON, 30),
    ...overrides,
  });
}

export function anAlert(overrides: Partial<Alert> = {}): Alert {
  return {
    id: 'alr-1',
    incident: IncidentId.parse('inc-1'),
    source: 'hook:payments_api',
    alert: 'key_expired_blocked',
    key: aKey().id,
    count: 12,
    windowMinutes: 10,
    details: {},
    receivedAt: NOON,
    ...overrides,
  };
}

export function aNotice(overrides: Partial<Notice> = {}): Notice {
  return {
    id: 'ntc-1',
    incident: IncidentId.parse('inc-1'),
    run: RunId.parse('run-1'),
    recipient: 'person:carol',
    key: aKey().id,
    template: 'key-replaced',
    facts: {
      whichKey: 'payments-prod v3 expired.',
      replacementAvailable: 'payments-prod v4 is available.',
      dataIntegrity: 'No data was at risk.',
    },
    createdAt: NOON,
    ...overrides,
  };
}

export function aReminder(overrides: Partial<Reminder> = {}): Reminder {
  return {
    key: aKey().id,
    withinDays: [30, 14, 7, 3, 1],
    channel: 'C0KEYS',
    owner: 'carol',
    setAt: daysAfter(NOON, -80),
    setBy: 'person:carol',
    tested: null,
    ...overrides,
  };
}

/** A planned rotation of `payments-prod v3` that nobody has begun. */
export function aRotation(overrides: Partial<Rotation> = {}): Rotation {
  return {
    id: RotationId.parse('rot-1'),
    key: aKey().id,
    slug: 'payments-prod',
    ...NOT_BEGUN,
    mode: 'planned',
    reason: 'older than 90 days',
    requestedBy: 'person:alice',
    graceMs: 24 * HOUR,
    approvals: 0,
    recipient: null,
    createdAt: NOON,
    scheduledAt: daysAfter(NOON, 1),
    ...overrides,
  };
}

export function aClaim(overrides: Partial<Claim> = {}): Claim {
  return {
    id: ClaimId.parse('clm-1'),
    secret: SecretId.parse('sec-1'),
    key: aKey().id,
    run: null,
    tokenHash: 'c'.repeat(64),
    recipient: 'person:carol',
    offeredBy: 'person:alice',
    createdAt: NOON,
    expiresAt: minutesAfter(NOON, 15),
    takenAt: null,
    takenBy: null,
    takenHow: null,
    refusals: 0,
    ...overrides,
  };
}

/** A class that may live 90 days and asks nobody. */
export function aClassRule(overrides: Partial<ClassRule> = {}): ClassRule {
  return {
    maxAgeDays: 90,
    warnDays: [],
    graceHours: { default: 24, longest: 168 },
    approvals: { planned: 0, emergency: 1 },
    required: [],
    automatic: true,
    revocable: true,
    leadHours: 24,
    windows: [],
    ...overrides,
  };
}

export function aRunbookVersion(over: Partial<RunbookVersion> = {}): RunbookVersion {
  return {
    runbook: 'R-TEST',
    hash: 'e'.repeat(64),
    title: 'Something happened',
    owner: 'group:security',
    grants: { providers: ['ledger'], sinks: [], hosts: [] },
    reviewBy: '2027-05-20',
    firstReadAt: NOON,
    approvedBy: null,
    approvedAt: null,
    ...over,
  };
}

/** carol has a week to mend how warnings are routed; a rule of the summary asked for it. */
export function aFollowUp(overrides: Partial<FollowUp> = {}): FollowUp {
  return {
    id: 'fup-1',
    incident: IncidentId.parse('inc-1'),
    what: 'Route the warnings.',
    owner: 'carol',
    dueAt: daysAfter(NOON, 7),
    rule: 'right_owner',
    addedBy: 'system:engine',
    addedAt: NOON,
    sinceAt: NOON,
    ended: null,
    ...overrides,
  };
}

/** A week's review with one point for a person, one that the ledger found, and one that is fine. */
export function aReview(overrides: Partial<Review> = {}): Review {
  return {
    id: 'rev-weekly-2027-03-08',
    kind: 'weekly',
    fromAt: daysAfter(NOON, -9),
    toAt: daysAfter(NOON, -2),
    openedAt: daysAfter(NOON, -2),
    channel: null,
    items: [
      { id: 'owned', point: 'Every failed rotation has somebody who carries it on', found: null },
      { id: 'debt', point: 'Keys without an owner', found: { verdict: 'look', sentence: '1: payments-prod v3.' } },
      { id: 'audit', point: 'The audit is whole', found: { verdict: 'fine', sentence: 'Checked today.' } },
    ],
    leftOver: null,
    ticks: [],
    naggedAt: null,
    finishedAt: null,
    ...overrides,
  };
}

/** `R-REKEY` for `payments-prod v3`, a day after noon. */
export function aScheduledRun(overrides: Partial<ScheduledRun> = {}): ScheduledRun {
  return {
    id: 'sch-1',
    runbook: 'R-REKEY',
    inputs: { key: keyRefOf(aKey()) },
    key: aKey().id,
    incident: null,
    requestedBy: 'person:alice',
    reason: 'a controlled rekey',
    plannedBy: { run: RunId.parse('run-1'), step: StepId.parse('plan') },
    plannedAt: NOON,
    beginsAt: daysAfter(NOON, 1),
    latestAt: null,
    outcome: null,
    run: null,
    endedAt: null,
    why: null,
    ...overrides,
  };
}
