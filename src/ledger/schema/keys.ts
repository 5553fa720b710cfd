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

export interface SecretsTable {
  id: string;
  key_id: string;
  purpose: string;
  envelope: string | null;
  created_at: string;
  destroyed_at: string | null;
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
