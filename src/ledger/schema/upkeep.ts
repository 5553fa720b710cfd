export interface ScheduledRunsTable {
  id: string;
  runbook: string;
  inputs: string;
  key_id: string | null;
  incident_id: string | null;
  requested_by: string;
  reason: string;
  planned_by_run: string;
  planned_by_step: string;
  planned_at: string;
  begins_at: string;
  latest_at: string | null;
  outcome: string | null;
  run_id: string | null;
  ended_at: string | null;
  why: string | null;
}

export interface SituationsTable {
  incident_id: string;
  conditions: string | null;
  actions: string | null;
  needs: string | null;
  note: string | null;
  reported_at: string;
  reported_by: string;
}
