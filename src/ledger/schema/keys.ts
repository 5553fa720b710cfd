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
  runbook: string | null;
  secret_ref: string | null;
  administers: string | null;
  claims: string | null;
  public_jwk: string | null;
  state: string;
  created_at: string;
  activated_at: string | null;
  expires_at: string | null;
  retiring_at: string | null;
  grace_ends_at: string | null;
  grace_extensions: number;
  expiry_extensions: number;
  suspended_at: string | null;
  superseded_at: string | null;
  forgotten_at: string | null;
  quarantined_at: string | null;
  compromised_at: string | null;
  revoked_at: string | null;
  proved_live_at: string | null;
  proved_dead_at: string | null;
  row_version: number;
}

/** A later word of a key's name, and what stands behind it. */
export interface KeyWordsTable {
  word: string;
  slug: string;
}

export interface KeyCountsTable {
  service: string;
  environment: string;
  class: string;
  state: string;
  count: number;
}

export interface RotationsTable {
  id: string;
  key_id: string;
  slug: string;
  replacement_id: string | null;
  run_id: string | null;
  mode: string;
  state: string;
  reason: string;
  requested_by: string;
  grace_ms: number;
  approvals: number;
  recipient: string | null;
  created_at: string;
  scheduled_at: string;
  started_at: string | null;
  minted_at: string | null;
  distributed_at: string | null;
  verified_at: string | null;
  grace_started_at: string | null;
  grace_ends_at: string | null;
  revoked_at: string | null;
  ended_at: string | null;
  why: string | null;
}

export interface ClaimsTable {
  id: string;
  secret_id: string;
  key_id: string;
  run_id: string | null;
  token_hash: string;
  recipient: string;
  offered_by: string;
  created_at: string;
  expires_at: string;
  taken_at: string | null;
  taken_by: string | null;
  taken_how: string | null;
  refusals: number;
}

export interface VaultProofsTable {
  master_key: string;
  pepper: string;
  envelope: string;
  digest: string;
  adopted_at: string;
  retired_at: string | null;
}

export interface AlarmsTable {
  id: string;
  kind: string;
  key_id: string | null;
  sentence: string;
  raised_at: string;
  ended_at: string | null;
  ended_because: string | null;
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
