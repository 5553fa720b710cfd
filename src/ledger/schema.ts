import type { AuditHeadTable, AuditTable } from './schema/audit.ts';
import type { AlertsTable, EvidenceTable, IncidentsTable, NoticesTable, SummariesTable } from './schema/incidents.ts';
import type { KeysTable, RemindersTable, RotationsTable, SecretsTable, UsageTable } from './schema/keys.ts';
import type { DedupeTable, InboxTable, MessagesTable, OutboxTable } from './schema/messages.ts';
import type { ApprovalsTable, AsksTable, RunbookTextsTable, RunsTable, StepsTable, VotesTable } from './schema/runs.ts';

// Columns as they are stored: snake_case, instants as ISO-8601 UTC text, nested values as JSON text, truth as 0 or 1.
// One file a family under schema/; the codecs in the files of each family are the only translators.

export interface LedgerTables {
  keys: KeysTable;
  rotations: RotationsTable;
  runbook_texts: RunbookTextsTable;
  runs: RunsTable;
  steps: StepsTable;
  approvals: ApprovalsTable;
  votes: VotesTable;
  asks: AsksTable;
  incidents: IncidentsTable;
  alerts: AlertsTable;
  secrets: SecretsTable;
  notices: NoticesTable;
  evidence: EvidenceTable;
  reminders: RemindersTable;
  usage: UsageTable;
  summaries: SummariesTable;
  messages: MessagesTable;
  outbox: OutboxTable;
  inbox: InboxTable;
  dedupe: DedupeTable;
  audit: AuditTable;
  audit_head: AuditHeadTable;
}
