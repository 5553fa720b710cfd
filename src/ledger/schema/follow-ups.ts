export interface FollowUpsTable {
  id: string;
  incident_id: string;
  what: string;
  owner: string;
  due_at: string;
  rule: string | null;
  added_by: string;
  added_at: string;
  since_at: string;
  ended_how: string | null;
  ended_by: string | null;
  ended_at: string | null;
  ended_note: string | null;
}

export interface NagsTable {
  id: string;
  person: string;
  day: string;
  at: string;
}

export interface NagItemsTable {
  nag_id: string;
  person: string;
  subject: string;
  since_at: string;
  nth: number;
  escalated: number;
}

export interface RetrospectivesTable {
  incident_id: string;
  due_at: string;
  people: string;
  published_words: string | null;
  published_by: string | null;
  published_at: string | null;
}

export interface SummaryVersionsTable {
  incident_id: string;
  version: number;
  posted: number;
  run_id: string | null;
  hash: string | null;
  markdown: string;
  json: string;
  drawn_at: string;
}

export interface ReviewsTable {
  id: string;
  kind: string;
  from_at: string;
  to_at: string;
  opened_at: string;
  channel: string | null;
  items: string;
  left_over: string | null;
  nagged_at: string | null;
  finished_at: string | null;
}

export interface ReviewTicksTable {
  review_id: string;
  item: string;
  by_person: string;
  at: string;
  note: string;
}
