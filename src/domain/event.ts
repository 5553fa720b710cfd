import type { Alarm } from './alarm.ts';
import type { AlarmEvent } from './alarm-event.ts';
import type { ApprovalEvent } from './approval-event.ts';
import type { AskedIn } from './asked-in.ts';
import type { CanaryEvent } from './canary-event.ts';
import type { Claim, ClaimedBy } from './claim.ts';
import type { ControlEvent } from './control-event.ts';
import type { DeadlineEvent, StopEvent } from './deadline-event.ts';
import type { DeliveryEvent } from './delivery-event.ts';
import type { DigestEvent } from './digest-event.ts';
import type { FanOutEvent } from './fan-out-event.ts';
import type { FollowUpEvent } from './follow-up-event.ts';
import type { HomeEvent } from './home-event.ts';
import type { Actor, ClaimId, IncidentId, KeyId, PersonId, RotationId, RunId, SecretId, StepId } from './ids.ts';
import type { Alert, Evidence, Incident, Notice, Reminder, SealedSecret } from './incident.ts';
import type { IncidentWorkEvent } from './incident-event.ts';
import type { Key, KeyClass } from './key.ts';
import type { PeerEvent } from './peer-event.ts';
import type { PeopleEvent } from './people-event.ts';
import type { Rotation, RotationEnd } from './rotation.ts';
import type { Run, RunOutcome, Situation, StepRecord } from './run.ts';
import type { RunbookEvent } from './runbook-event.ts';
import type { SecondFactorEvent } from './second-factor-event.ts';
import type { UpkeepEvent } from './upkeep-event.ts';

/**
 * The only way the ledger changes. Each member is applied, audited and announced in one transaction; adding a member makes the
 * compiler ask for its change (ledger/apply), its audit subject and its timeline sentence (domain/timeline).
 */
export type LedgerEvent =
  | AlarmEvent
  | UpkeepEvent
  | PeerEvent
  | CanaryEvent
  | RunbookEvent
  | ControlEvent
  | FanOutEvent
  | FollowUpEvent
  | DeadlineEvent
  | StopEvent
  | SecondFactorEvent
  | DeliveryEvent
  | DigestEvent
  | HomeEvent
  | IncidentWorkEvent
  | { type: 'key_issued'; key: Key }
  | { type: 'key_activated'; key: KeyId }
  | { type: 'key_expired'; key: KeyId }
  | { type: 'key_quarantined'; key: KeyId; material: 'sealed' | 'absent' | 'different' }
  | { type: 'key_compromised'; key: KeyId }
  /** `reason`: what the person said who revoked it by hand; a run's reason stands with the run. */
  | { type: 'key_revoked'; key: KeyId; replacedBy: KeyId | null; reason?: string }
  /** A replacement is in use: both are accepted until then, and only the new one after it. */
  | { type: 'key_retired'; key: KeyId; graceEndsAt: Date }
  | { type: 'key_grace_extended'; key: KeyId; graceEndsAt: Date; reason: string }
  /** Its grace is over now and not when it was promised: an emergency ends it. */
  | { type: 'key_grace_cut'; key: KeyId; reason: string }
  /** Its rotation was taken back while it was suspended: it stays so, and when it is reinstated it is active and in no grace. */
  | { type: 'key_grace_taken_back'; key: KeyId; reason: string }
  | { type: 'key_suspended'; key: KeyId; reason: string }
  | { type: 'key_reinstated'; key: KeyId; to: 'active' | 'retiring'; reason: string }
  | { type: 'key_changed'; key: KeyId; change: KeyChange; reason: string }
  /** `approvedBy`: who agreed, as whoever asked stated it; that person was told, and did not confirm it here. */
  | { type: 'key_expiry_extended'; key: KeyId; expiresAt: Date; reason: string; approvedBy: PersonId }
  /** The retention of its metadata is over; what remains is that it was there. */
  | { type: 'key_forgotten'; key: KeyId }
  | { type: 'key_proved_live'; key: KeyId; probes: number; how: string }
  | { type: 'key_proved_dead'; key: KeyId; how: string }
  | { type: 'secret_sealed'; secret: SealedSecret }
  | { type: 'secret_delivered'; secret: SecretId; key: KeyId; sink: string; target: string }
  | { type: 'secret_withdrawn'; secret: SecretId; key: KeyId; sink: string; target: string }
  | { type: 'secret_destroyed'; secret: SecretId }
  /** Wrapped anew under the master key of today; what it holds is the same. */
  | { type: 'secret_rewrapped'; secret: SecretId; envelope: string; from: string; to: string }
  | { type: 'rotation_requested'; rotation: Rotation }
  | { type: 'rotation_started'; rotation: RotationId; run: RunId }
  | { type: 'rotation_ended'; rotation: RotationId; outcome: RotationEnd; why: string }
  /** `silent`: for an hour no call of anybody was counted, which shows nothing; share and callers are the ones that were seen last. */
  | {
      type: 'usage_gate_held';
      key: KeyId;
      share: number;
      callers: { caller: string; calls: number }[];
      silent?: true;
    }
  | { type: 'usage_gate_waived'; key: KeyId; reason: string; by: Actor }
  | { type: 'claim_opened'; claim: Claim }
  | { type: 'claim_taken'; claim: ClaimId; key: KeyId; by: Actor; how: ClaimedBy }
  | { type: 'claim_refused'; claim: ClaimId; by: Actor | null; why: string }
  | { type: 'alarm_raised'; alarm: Alarm }
  /** A ledger and its keys belong together: a sealed proof that only this master key opens, digested with this pepper. */
  | { type: 'master_key_adopted'; masterKey: string; pepper: string; envelope: string; digest: string }
  /** Nothing is sealed under it any more, whoever still has it in memory. */
  | { type: 'master_key_retired'; masterKey: string; why: string }
  | { type: 'checkpoint_signed'; seq: number; hash: string; signer: string }
  | { type: 'alert_received'; alert: Alert }
  | { type: 'incident_opened'; incident: Incident }
  | { type: 'incident_classified'; incident: IncidentId; keyClass: KeyClass; why: string }
  | { type: 'incident_contained'; incident: IncidentId }
  | { type: 'incident_recovered'; incident: IncidentId }
  | { type: 'incident_closed'; incident: IncidentId; openPoints: string[] }
  /** `askedIn`: where its message goes when it belongs to no incident. */
  | { type: 'run_started'; run: Run; askedIn?: AskedIn }
  | { type: 'run_joined'; run: RunId; incident: IncidentId; situation: Situation; reason: string }
  | { type: 'run_cancel_requested'; run: RunId; reason: string }
  | { type: 'run_finished'; run: RunId; outcome: RunOutcome; why: string }
  | { type: 'step_recorded'; run: RunId; record: StepRecord }
  | { type: 'step_settled'; run: RunId; step: StepId; happened: boolean; reason: string; by: Actor }
  | ApprovalEvent
  | PeopleEvent
  | { type: 'notice_issued'; notice: Notice }
  | { type: 'evidence_captured'; evidence: Evidence }
  | { type: 'reminder_set'; reminder: Reminder }
  | { type: 'reminder_tested'; key: KeyId; tested: NonNullable<Reminder['tested']> }
  /** `hash`: SHA-256 of the JSON text. `run`: the run that summed up; null where a person closed an incident without one. */
  | { type: 'summary_posted'; incident: IncidentId; run: RunId | null; markdown: string; json: string; hash?: string }
  /** Somebody had a text compared with the keys that are known, because they say that one leaked in it. `named`: what they were told. */
  | { type: 'leak_compared'; by: Actor; texts: number; found: KeyId[]; named: KeyId[] }
  | { type: 'request_refused'; what: string; code: string; sentence: string };

/** What may be changed on a key without making another version of it. Its expiry, state and material are not among that. */
export type KeyChange = Partial<
  Pick<
    Key,
    'owner' | 'escalation' | 'runbook' | 'secretRef' | 'delivery' | 'probeUrl' | 'rateLimit' | 'administers' | 'service'
  >
>;

export type EventType = LedgerEvent['type'];

/** One line of the audit: append-only, chained: `hash` is the SHA-256 of the canonical JSON of the line, `prevHash` included. */
export interface AuditEntry {
  seq: number;
  at: Date;
  actor: Actor;
  /** Where it came in: `slack`, `hook`, `cli`, `http`, `engine`. */
  channel: Channel;
  action: EventType;
  /** `key:key-…`, `run:run-…#mint`, `approval:apr-…` … */
  subject: string;
  incident: IncidentId | null;
  run: RunId | null;
  step: StepId | null;
  planHash: string | null;
  /** What happened, as canonical JSON. Never a secret, never an envelope, never a button token. */
  details: string;
  prevHash: string;
  hash: string;
}

export type Channel = 'slack' | 'hook' | 'cli' | 'http' | 'engine' | 'demo';
