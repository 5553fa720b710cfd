export interface FanOutItemsTable {
  run_id: string;
  step_id: string;
  position: number;
  name: string;
  inputs_hash: string;
  tried: number | null;
  child: string | null;
  joined: number;
  outcome: string | null;
  why: string | null;
}
