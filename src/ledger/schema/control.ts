export interface SettlementsTable {
  run_id: string;
  step_id: string;
  token: string;
  attempts: number;
  happened: number;
  reason: string;
  settled_by: string;
  at: string;
}
