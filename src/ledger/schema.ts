import type { ApprovalsTable, DelegationsTable, GlassBreaksTable, VotesTable } from './schema/approvals.ts';
import type { AnswersTable, AuditCheckedTable, AuditHeadTable, AuditTable, CheckpointsTable } from './schema/audit.ts';
import type { SettlementsTable } from './schema/control.ts';
import type { DeliveriesTable, DispatchesTable } from './schema/deliveries.ts';
import type {
  DigestImpressionsTable,
  DigestItemsTable,
  DigestsTable,
  ExpiryClaimsTable,
  ExpirySnoozesTable,
  UnusedMarksTable,
} from './schema/digests.ts';
import type { FanOutItemsTable } from './schema/fan-outs.ts';
import type {
  FollowUpsTable,
  NagItemsTable,
  NagsTable,
  RetrospectivesTable,
  ReviewsTable,
  ReviewTicksTable,
  SummaryVersionsTable,
} from './schema/follow-ups.ts';
import type { ChecklistDismissalsTable } from './schema/home.ts';
import type {
  IncidentNotesTable,
  IncidentRolesTable,
  IncidentRoomsTable,
  IncidentStatusesTable,
  IncidentUpdateRemindersTable,
  IncidentWaiversTable,
  RoomWorkTable,
} from './schema/incident-work.ts';
import type { AlertsTable, EvidenceTable, IncidentsTable, NoticesTable } from './schema/incidents.ts';
import type {
  AlarmsTable,
  ClaimsTable,
  KeyCountsTable,
  KeysTable,
  KeyWordsTable,
  RemindersTable,
  RotationsTable,
  SecretsTable,
  UsageTable,
  VaultProofsTable,
} from './schema/keys.ts';
import type { DedupeTable, InboxTable, LostMessagesTable, MessagesTable, OutboxTable } from './schema/messages.ts';
import type { CanariesTable, PeerProgressTable, PeersTable } from './schema/peers.ts';
import type { AskMarksTable } from './schema/people.ts';
import type { RunbookProofsTable, RunbooksLiveTable, RunbookVersionsTable } from './schema/runbooks.ts';
import type { AsksTable, RunbookTextsTable, RunsTable, StepsTable } from './schema/runs.ts';
import type {
  RecoveryCodesTable,
  SecondFactorInvitesTable,
  SecondFactorsTable,
  SecondFactorTriesTable,
} from './schema/second-factor.ts';
import type { ScheduledRunsTable, SituationsTable } from './schema/upkeep.ts';

// Columns as they are stored: snake_case, instants as ISO-8601 UTC text, nested values as JSON text, truth as 0 or 1.
// One file a family under schema/; the codecs in the files of each family are the only translators.

export interface LedgerTables {
  keys: KeysTable;
  key_counts: KeyCountsTable;
  key_words: KeyWordsTable;
  rotations: RotationsTable;
  runbook_texts: RunbookTextsTable;
  runs: RunsTable;
  steps: StepsTable;
  settlements: SettlementsTable;
  fan_out_items: FanOutItemsTable;
  approvals: ApprovalsTable;
  votes: VotesTable;
  delegations: DelegationsTable;
  glass_breaks: GlassBreaksTable;
  asks: AsksTable;
  ask_marks: AskMarksTable;
  incidents: IncidentsTable;
  alerts: AlertsTable;
  secrets: SecretsTable;
  claims: ClaimsTable;
  vault_proofs: VaultProofsTable;
  alarms: AlarmsTable;
  notices: NoticesTable;
  evidence: EvidenceTable;
  reminders: RemindersTable;
  usage: UsageTable;
  summary_versions: SummaryVersionsTable;
  follow_ups: FollowUpsTable;
  nags: NagsTable;
  nag_items: NagItemsTable;
  retrospectives: RetrospectivesTable;
  reviews: ReviewsTable;
  review_ticks: ReviewTicksTable;
  messages: MessagesTable;
  outbox: OutboxTable;
  lost_messages: LostMessagesTable;
  inbox: InboxTable;
  dedupe: DedupeTable;
  audit: AuditTable;
  audit_head: AuditHeadTable;
  audit_checked: AuditCheckedTable;
  checkpoints: CheckpointsTable;
  answers: AnswersTable;
  peers: PeersTable;
  peer_progress: PeerProgressTable;
  canaries: CanariesTable;
  runbook_versions: RunbookVersionsTable;
  runbooks_live: RunbooksLiveTable;
  runbook_proofs: RunbookProofsTable;
  scheduled_runs: ScheduledRunsTable;
  situations: SituationsTable;
  incident_rooms: IncidentRoomsTable;
  room_work: RoomWorkTable;
  incident_roles: IncidentRolesTable;
  incident_notes: IncidentNotesTable;
  incident_waivers: IncidentWaiversTable;
  incident_statuses: IncidentStatusesTable;
  incident_update_reminders: IncidentUpdateRemindersTable;
  second_factors: SecondFactorsTable;
  second_factor_tries: SecondFactorTriesTable;
  recovery_codes: RecoveryCodesTable;
  digests: DigestsTable;
  digest_items: DigestItemsTable;
  digest_impressions: DigestImpressionsTable;
  expiry_claims: ExpiryClaimsTable;
  expiry_snoozes: ExpirySnoozesTable;
  unused_marks: UnusedMarksTable;
  dispatches: DispatchesTable;
  deliveries: DeliveriesTable;
  second_factor_invites: SecondFactorInvitesTable;
  checklist_dismissals: ChecklistDismissalsTable;
}
