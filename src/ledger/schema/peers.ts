export interface PeersTable {
  name: string;
  contact: string;
  connection: string | null;
  pins: string;
  registered_at: string;
  removed_at: string | null;
}

export interface PeerProgressTable {
  peer: string;
  key_id: string;
  notified_at: string | null;
  notified_evidence: string | null;
  acknowledged_at: string | null;
  acknowledged_evidence: string | null;
  pinned_at: string | null;
  pinned_evidence: string | null;
  pulled_at: string | null;
  pulled_evidence: string | null;
  waived_at: string | null;
  waived_by: string | null;
  waived_reason: string | null;
}

export interface CanariesTable {
  id: string;
  run_id: string;
  step_id: string;
  key_id: string;
  members: string;
  began_at: string;
  delivered_at: string | null;
  rounds: number;
  probes: number;
  failures: number;
  missed: string | null;
  ended_at: string | null;
  outcome: string | null;
}
