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
