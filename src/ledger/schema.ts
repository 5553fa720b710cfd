import type { Generated } from 'kysely';

// Columns as they are stored: snake_case, instants as ISO-8601 UTC text, nested values as JSON text, truth as 0 or 1.
// The codecs in the files of each table family are the only translators.

export interface KeysTable {
  id: string;
  slug: string;
  version: number;
  class: string;
  provider: string;
  external_ref: string | null;
  service: string;
  environment: string;
  owner: string | null;
  escalation: string | null;
  scopes: string;
  rate_limit: number | null;
  digest: string | null;
  pepper_id: string | null;
  last4: string | null;
  predecessor: string | null;
  delivery: string | null;
  probe_url: string | null;
  state: string;
  created_at: string;
  activated_at: string | null;
  expires_at: string | null;
  quarantined_at: string | null;
  compromised_at: string | null;
  revoked_at: string | null;
  proved_live_at: string | null;
  proved_dead_at: string | null;
  row_version: number;
}

export interface RotationsTable {
  id: string;
  key_id: string;
  replacement_id: string;
  run_id: string | null;
  mode: string;
  state: string;
  created_at: string;
  distributed_at: string | null;
  verified_at: string | null;
  revoked_at: string | null;
  completed_at: string | null;
}

export interface RunbookTextsTable {
  hash: string;
  id: string;
  text: string;
}

export interface RunsTable {
  id: string;
  incident_id: string | null;
  parent_run: string | null;
  parent_step: string | null;
  runbook_id: string;
  runbook_hash: string;
  inputs: string;
  key_id: string | null;
  requested_by: string;
  reason: string;
  started_at: string;
  finished_at: string | null;
  outcome: string | null;
  cancel_requested_at: string | null;
  wake_at: string | null;
  wake_seq: number;
  lease_epoch: number;
  lease_owner: string | null;
  lease_until: string | null;
}

export interface StepsTable {
  run_id: string;
  step_id: string;
  token: string;
  generation: number;
  attempts: number;
  epoch: number;
  ordinal: number;
  state: string;
  started_at: string;
  ended_at: string | null;
  outputs: string | null;
  waiting_kind: string | null;
  waiting_id: string | null;
  waiting_until: string | null;
  answered: number;
  note: string | null;
  undo_error: string | null;
}

export interface ApprovalsTable {
  id: string;
  run_id: string;
  step_id: string;
  incident_id: string | null;
  question: string;
  rule_name: string;
  rule: string;
  subject: string;
  binding: string;
  plan_hash: string;
  requested_by: string;
  asked: string;
  token: string;
  created_at: string;
  expires_at: string;
  outcome: string | null;
  decided_at: string | null;
}

export interface VotesTable {
  approval_id: string;
  person: string;
  vote: string;
  reason: string;
  at: string;
}

export interface AsksTable {
  id: string;
  run_id: string;
  step_id: string;
  incident_id: string | null;
  question: string;
  assignee: string;
  assigned: string;
  evidence: string;
  token: string;
  created_at: string;
  due_at: string | null;
  answer: string | null;
}

export interface IncidentsTable {
  id: string;
  severity: string;
  title: string;
  key_id: string | null;
  key_class: string | null;
  channel: string;
  opened_by: string;
  started_at: string;
  reported_at: string;
  contained_at: string | null;
  recovered_at: string | null;
  closed_at: string | null;
  open_points: string;
}

export interface AlertsTable {
  id: string;
  incident_id: string | null;
  source: string;
  alert: string;
  key_id: string | null;
  count: number;
  window_minutes: number;
  details: string;
  received_at: string;
}

export interface SecretsTable {
  id: string;
  key_id: string;
  purpose: string;
  envelope: string | null;
  created_at: string;
  destroyed_at: string | null;
}

export interface NoticesTable {
  id: string;
  incident_id: string | null;
  run_id: string;
  recipient: string;
  key_id: string;
  template: string;
  facts: string;
  created_at: string;
}

export interface EvidenceTable {
  id: string;
  incident_id: string | null;
  run_id: string;
  step_id: string;
  kind: string;
  hash: string;
  content: string;
  captured_at: string;
}

export interface RemindersTable {
  key_id: string;
  within_days: string;
  channel: string;
  owner: string;
  set_at: string;
  set_by: string;
  tested: string | null;
}

export interface UsageTable {
  key_id: string;
  caller: string;
  minute: string;
  accepted: number;
  rejected: number;
}

export interface SummariesTable {
  incident_id: string;
  run_id: string;
  markdown: string;
  json: string;
  posted_at: string;
}

export interface MessagesTable {
  id: string;
  surface: string;
  subject: string;
  address: string;
  /** The message that this one answers to in a thread. */
  thread_of: string | null;
  channel: string | null;
  ts: string | null;
  created_at: string;
}

export interface OutboxTable {
  message_id: string;
  position: Generated<number>;
  version: number;
  sent_version: number;
  due_at: string;
  attempts: number;
  sending: number;
  error: string | null;
  gave_up_at: string | null;
}

export interface InboxTable {
  id: string;
  kind: string;
  payload: string;
  received_at: string;
  handled_at: string | null;
}

export interface DedupeTable {
  source: string;
  id: string;
  run_id: string | null;
  incident_id: string | null;
  at: string;
}

export interface AuditTable {
  seq: number;
  at: string;
  actor: string;
  channel: string;
  action: string;
  subject: string;
  incident_id: string | null;
  run_id: string | null;
  step_id: string | null;
  plan_hash: string | null;
  details: string;
  prev_hash: string;
  hash: string;
}

export interface AuditHeadTable {
  id: number;
  seq: number;
  hash: string;
}

export interface LedgerTables {
  keys: KeysTable;
  rotations: RotationsTable;
  runbook_texts: RunbookTextsTable;
  runs: RunsTable;
  steps: StepsTable;
  approvals: ApprovalsTable;
  votes: VotesTable;
  asks: AsksTable;
  incidents: IncidentsTable;
  alerts: AlertsTable;
  secrets: SecretsTable;
  notices: NoticesTable;
  evidence: EvidenceTable;
  reminders: RemindersTable;
  usage: UsageTable;
  summaries: SummariesTable;
  messages: MessagesTable;
  outbox: OutboxTable;
  inbox: InboxTable;
  dedupe: DedupeTable;
  audit: AuditTable;
  audit_head: AuditHeadTable;
}
