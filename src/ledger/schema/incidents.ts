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
  reopened_at: string | null;
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

export interface NoticesTable {
  id: string;
  incident_id: string | null;
  run_id: string | null;
  recipient: string;
  key_id: string;
  template: string;
  facts: string;
  created_at: string;
  about: string | null;
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
