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

export interface AuditCheckedTable {
  id: number;
  seq: number;
  hash: string;
  checked_at: string;
}

export interface CheckpointsTable {
  seq: number;
  hash: string;
  signed_at: string;
  signer: string;
}

export interface AnswersTable {
  caller: string;
  idempotency_key: string;
  request_hash: string;
  status: number | null;
  body: string | null;
  begun_at: string;
}
