export interface IncidentRoomsTable {
  incident_id: string;
  name: string;
  channel: string | null;
  private: number;
  state: string;
  why: string | null;
  wanted_at: string;
}

export interface RoomWorkTable {
  incident_id: string;
  task: string;
  version: number;
  done_version: number;
  done: string;
  due_at: string;
  tries: number;
  error: string | null;
  gave_up_at: string | null;
}

export interface IncidentRolesTable {
  incident_id: string;
  number: number;
  role: string;
  person: string;
  given_at: string;
  given_by: string;
  reason: string;
  ended_at: string | null;
}

export interface IncidentNotesTable {
  id: string;
  version: number;
  incident_id: string;
  words: string;
  said_by: string | null;
  added_by: string;
  source_channel: string | null;
  source_ts: string | null;
  altered_by: string | null;
  happened_at: string;
  reported_at: string;
  recorded_at: string;
}

export interface IncidentWaiversTable {
  incident_id: string;
  number: number;
  point: string;
  reason: string;
  waived_by: string;
  waived_at: string;
  ended_at: string | null;
}

export interface IncidentStatusesTable {
  incident_id: string;
  number: number;
  conditions: string | null;
  actions: string | null;
  needs: string | null;
  posted_by: string;
  posted_at: string;
}

export interface IncidentUpdateRemindersTable {
  incident_id: string;
  number: number;
  person: string;
  asked_at: string;
}
