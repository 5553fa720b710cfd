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
  /** JSON: what a retry goes on from. */
  resumes: string | null;
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
