export interface ChecklistDismissalsTable {
  person: string;
  dismissed_at: string;
}
