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
  reminded: number;
  escalated: number;
}

export interface VotesTable {
  approval_id: string;
  person: string;
  vote: string;
  reason: string;
  at: string;
  proof: string;
  not_before: string | null;
}

export interface DelegationsTable {
  approval_id: string;
  from_person: string;
  to_person: string;
  reason: string;
  at: string;
}

export interface GlassBreaksTable {
  approval_id: string;
  run_id: string;
  incident_id: string | null;
  question: string;
  by_person: string;
  reason: string;
  proof: string;
  at: string;
  /** JSON: lists of people. */
  skipped: string;
  reviewers: string;
  due_at: string;
  reviewed_by: string | null;
  verdict: string | null;
  comment: string | null;
  reviewed_at: string | null;
}
