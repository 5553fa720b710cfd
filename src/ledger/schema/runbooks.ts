export interface RunbookVersionsTable {
  runbook: string;
  hash: string;
  title: string;
  owner: string;
  /** JSON: kind of place → names. */
  grants: string;
  review_by: string;
  first_read_at: string;
  approved_by: string | null;
  approved_at: string | null;
}

export interface RunbooksLiveTable {
  runbook: string;
  hash: string;
  since: string;
  /** Set while there is no file of it; what was live last is kept, so that it can come back. */
  gone_at: string | null;
}

export interface RunbookProofsTable {
  id: string;
  runbook: string;
  hash: string;
  how: string;
  passed: number;
  recover_ms: number | null;
  summary: string;
  at: string;
}
