export interface DigestsTable {
  id: string;
  day: string;
  kind: string;
  due_at: string;
  ran_at: string;
  channel: string | null;
  parts: number;
  keys: number;
  more: string;
  notes: string;
  figures: string | null;
  mention_channel: number;
}

export interface DigestItemsTable {
  digest_id: string;
  key_id: string;
  position: number;
  part: number;
  section: string;
  owners: string;
  direct: string;
  note: string | null;
}

export interface DigestImpressionsTable {
  digest_id: string;
  message: string;
  person: string | null;
  shown_at: string;
}

export interface ExpiryClaimsTable {
  id: string;
  key_id: string;
  person: string;
  claimed_at: string;
  until: string;
  lacked: string;
  outcome: string | null;
  ended_at: string | null;
  why: string | null;
}

export interface ExpirySnoozesTable {
  key_id: string;
  until: string;
  person: string;
  snoozed_at: string;
}

export interface UnusedMarksTable {
  id: string;
  key_id: string;
  person: string;
  reason: string;
  asked: string;
  marked_at: string;
  confirmed: number | null;
  answered_by: string | null;
  answered_at: string | null;
}
