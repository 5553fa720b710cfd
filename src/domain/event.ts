import type { Approval, ApprovalOutcome, Vote } from './approval.ts';
import type { Actor, ApprovalId, AskId, IncidentId, KeyId, PersonId, RunId, SecretId, StepId } from './ids.ts';
import type { Alert, Ask, Evidence, Incident, Notice, Reminder, SealedSecret } from './incident.ts';
import type { Key, KeyClass } from './key.ts';
import type { Run, RunOutcome, Situation, StepRecord } from './run.ts';

/**
 * The only way the ledger changes. Each member is applied, audited and announced in one transaction; adding a member makes the
 * compiler ask for its change (ledger/apply), its audit subject and its timeline sentence (domain/timeline).
 */
export type LedgerEvent =
  | { type: 'key_issued'; key: Key }
  | { type: 'key_activated'; key: KeyId }
  | { type: 'key_expired'; key: KeyId }
  | { type: 'key_quarantined'; key: KeyId; material: 'sealed' | 'absent' | 'different' }
  | { type: 'key_compromised'; key: KeyId }
  | { type: 'key_revoked'; key: KeyId; replacedBy: KeyId | null }
  | { type: 'key_proved_live'; key: KeyId; probes: number; how: string }
  | { type: 'key_proved_dead'; key: KeyId; how: string }
  | { type: 'secret_sealed'; secret: SealedSecret }
  | { type: 'secret_delivered'; secret: SecretId; key: KeyId; sink: string; target: string }
  | { type: 'secret_withdrawn'; secret: SecretId; key: KeyId; sink: string; target: string }
  | { type: 'secret_destroyed'; secret: SecretId }
  | { type: 'alert_received'; alert: Alert }
  | { type: 'incident_opened'; incident: Incident }
  | { type: 'incident_classified'; incident: IncidentId; keyClass: KeyClass; why: string }
  | { type: 'incident_contained'; incident: IncidentId }
  | { type: 'incident_recovered'; incident: IncidentId }
  | { type: 'incident_closed'; incident: IncidentId; openPoints: string[] }
  | { type: 'run_started'; run: Run }
  | { type: 'run_joined'; run: RunId; incident: IncidentId; situation: Situation; reason: string }
  | { type: 'run_cancel_requested'; run: RunId; reason: string }
  | { type: 'run_finished'; run: RunId; outcome: RunOutcome; why: string }
  | { type: 'step_recorded'; run: RunId; record: StepRecord }
  | { type: 'step_settled'; run: RunId; step: StepId; happened: boolean; reason: string; by: Actor }
  | { type: 'approval_requested'; approval: Approval }
  | { type: 'vote_cast'; approval: ApprovalId; vote: Vote }
  | { type: 'approval_decided'; approval: ApprovalId; outcome: ApprovalOutcome }
  | { type: 'ask_opened'; ask: Ask }
  | { type: 'ask_answered'; ask: AskId; yes: boolean; evidence: string; by: PersonId }
  | { type: 'notice_issued'; notice: Notice }
  | { type: 'evidence_captured'; evidence: Evidence }
  | { type: 'reminder_set'; reminder: Reminder }
  | { type: 'reminder_tested'; key: KeyId; tested: NonNullable<Reminder['tested']> }
  | { type: 'summary_posted'; incident: IncidentId; run: RunId; markdown: string; json: string }
  | { type: 'request_refused'; what: string; code: string; sentence: string };

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
