import { KeyId } from '../../src/domain/ids.ts';
import type { IncidentFacts } from '../../src/domain/incident-facts.ts';
import {
  aKey,
  aNotice,
  anApproval,
  anAsk,
  anIncident,
  aReminder,
  aRun,
  aVote,
  carol,
  daysAfter,
  minutesAfter,
  NOON,
} from './builders.ts';

export const failed = aKey({ state: 'revoked', revokedAt: minutesAfter(NOON, 8), provedDeadAt: minutesAfter(NOON, 9) });
export const current = aKey({
  id: KeyId.parse('key-payments4'),
  version: 4,
  predecessor: failed.id,
  activatedAt: minutesAfter(NOON, 5),
  expiresAt: daysAfter(NOON, 90),
  provedLiveAt: minutesAfter(NOON, 6),
});
export const reminder = aReminder({
  key: current.id,
  tested: {
    at: NOON,
    shiftedTo: daysAfter(NOON, 60),
    wouldTell: 'carol: payments-prod v4 expires in 30 days',
    channel: 'C0KEYS',
  },
});

/** An incident that went as the runbook wants it. */
export function incidentFactsWith(overrides: Partial<IncidentFacts> = {}): IncidentFacts {
  const run = aRun();
  return {
    incident: anIncident({ containedAt: minutesAfter(NOON, 1), recoveredAt: minutesAfter(NOON, 9) }),
    reopenedAt: null,
    failed,
    current,
    run,
    runs: [run],
    approvals: [
      anApproval({
        outcome: 'approved',
        decidedAt: minutesAfter(NOON, 3),
        votes: [aVote({ reason: 'go' })],
      }),
    ],
    asks: [
      anAsk({ answer: { yes: true, evidence: 'https://ci.example.com/7', by: carol, at: minutesAfter(NOON, 8) } }),
    ],
    notices: [aNotice(), aNotice({ recipient: 'caller:payments-worker' })],
    evidence: [],
    reminder,
    board: null,
    deliveries: [],
    usageOfCurrent: [],
    roles: [],
    notes: [],
    waivers: [],
    followUps: [],
    retrospective: null,
    impressions: [],
    expiryClaims: [],
    auditChecked: null,
    version: 1,
    usage: [{ caller: 'payments-worker', minute: NOON, accepted: 0, rejected: 41 }],
    entries: [],
    head: { seq: 77, hash: 'a1'.repeat(32) },
    now: minutesAfter(NOON, 12),
    ...overrides,
  };
}
