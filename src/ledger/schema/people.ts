export interface AskMarksTable {
  ask_id: string;
  item: string;
  mark: string;
  reason: string;
  marked_by: string;
  at: string;
}
