export interface DispatchesTable {
  id: string;
  run_id: string;
  step_id: string;
  incident_id: string | null;
  key_id: string;
  template: string;
  /** JSON: subject and body. */
  letter: string;
  facts: string;
  addressees: string;
  hash: string;
  approval_id: string;
  created_at: string;
}

export interface DeliveriesTable {
  id: string;
  dispatch_id: string;
  contact: string;
  way: string;
  addressee: string;
  message_id: string;
  state: string;
  attempts: number;
  due_at: string;
  sender: string | null;
  sending_since: string | null;
  answer: string | null;
  queued_at: string;
  retry_from: string | null;
  ended_at: string | null;
}
