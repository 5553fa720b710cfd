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
  open_runs: string;
  requested_by: string;
  reason: string;
  started_at: string;
  finished_at: string | null;
  outcome: string | null;
  cancel_requested_at: string | null;
  paused_at: string | null;
  paused_by: string | null;
  pause_reason: string | null;
  overdue_at: string | null;
  stopped_at: string | null;
  deadlines_from: string | null;
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
  waiting_every_ms: number | null;
  /** JSON: what a retry goes on from. */
  resumes: string | null;
  answered: number;
  note: string | null;
  undo_error: string | null;
  /** JSON: the `with` values of this generation. */
  input: string | null;
  /** JSON: that taking it back has begun, how often it failed and when it is tried again. */
  undoing: string | null;
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
  form: string;
  reminders: string;
  reminded: number;
  escalation: string | null;
  push_back_to: string;
  pushed_back: string | null;
}
