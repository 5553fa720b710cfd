import type { Approval } from '../domain/approval.ts';
import type { AuditEntry } from '../domain/event.ts';
import type { ApprovalId, AskId, IncidentId, KeyId, RunId, SecretId } from '../domain/ids.ts';
import type { Alert, Ask, Evidence, Incident, Notice, Reminder, SealedSecret } from '../domain/incident.ts';
import type { Key } from '../domain/key.ts';
import type { Run } from '../domain/run.ts';

/** Calls of one caller with one key within one minute, as the verifier counted them. */
export interface Usage {
  key: KeyId;
  caller: string;
  minute: Date;
  accepted: number;
  rejected: number;
}

/** Everything that can be asked of the ledger. The same questions work inside a transaction and outside. */
export interface LedgerReader {
  key: (id: KeyId) => Promise<Key | null>;
  /** The newest version that is not pending; the pending one when there is no other. */
  keyBySlug: (slug: string) => Promise<Key | null>;
  keyByDigest: (digest: string) => Promise<Key | null>;
  /** By the first 12 hex digits of its digest, which is what people and senders see; null also when two keys share them. */
  keyByFingerprint: (fingerprint: string) => Promise<Key | null>;
  keyByExternalRef: (provider: string, externalRef: string) => Promise<Key | null>;
  /** Newest version of each slug, by slug. */
  keys: (filter?: { service?: string; environment?: string; owner?: string }) => Promise<Key[]>;
  versionsOf: (slug: string) => Promise<Key[]>;
  /** Keys that can still be used and expire before `before`, soonest first. */
  keysExpiringBefore: (before: Date) => Promise<Key[]>;
  run: (id: RunId) => Promise<Run | null>;
  openRunOfKey: (key: KeyId) => Promise<Run | null>;
  runsOfIncident: (incident: IncidentId) => Promise<Run[]>;
  approval: (id: ApprovalId) => Promise<Approval | null>;
  approvalByToken: (token: string) => Promise<Approval | null>;
  openApprovalsOfRun: (run: RunId) => Promise<Approval[]>;
  approvalsOfIncident: (incident: IncidentId) => Promise<Approval[]>;
  ask: (id: AskId) => Promise<Ask | null>;
  askByToken: (token: string) => Promise<Ask | null>;
  asksOfIncident: (incident: IncidentId) => Promise<Ask[]>;
  incident: (id: IncidentId) => Promise<Incident | null>;
  openIncidentOfKey: (key: KeyId) => Promise<Incident | null>;
  alertsOfIncident: (incident: IncidentId) => Promise<Alert[]>;
  secret: (id: SecretId) => Promise<SealedSecret | null>;
  reminder: (key: KeyId) => Promise<Reminder | null>;
  noticesOfIncident: (incident: IncidentId) => Promise<Notice[]>;
  evidenceOfIncident: (incident: IncidentId) => Promise<Evidence[]>;
  /** Audit lines, newest first. */
  audit: (filter: { incident?: IncidentId; subject?: string; limit: number }) => Promise<AuditEntry[]>;
  usageOf: (key: KeyId, since: Date) => Promise<Usage[]>;

  /** Runs about this version of a key, newest first. */
  runsOfKey: (key: KeyId) => Promise<Run[]>;
  /** Notices about this version of a key, in and outside incidents, newest first. */
  noticesOfKey: (key: KeyId) => Promise<Notice[]>;
  /** Everything ever sealed for this version of a key, newest first; consumed and destroyed ones included. */
  secretsOfKey: (key: KeyId) => Promise<SealedSecret[]>;
}
