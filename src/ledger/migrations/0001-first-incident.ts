/** Everything that one incident from alert to summary needs. Never edited after it has shipped: the next change is a new file. */
export const firstIncident = /* sql */ `
create table keys (
  id text not null constraint keys_pk primary key,
  slug text not null,
  version integer not null constraint keys_version_positive check (version >= 1),
  class text not null,
  provider text not null,
  external_ref text,
  service text not null,
  environment text not null,
  owner text,
  escalation text,
  scopes text not null,
  rate_limit integer,
  digest text,
  pepper_id text,
  last4 text,
  predecessor text constraint keys_predecessor_fk references keys (id),
  delivery text,
  probe_url text,
  state text not null constraint keys_state_known check (state in ('pending', 'active', 'retiring', 'suspended', 'expired', 'revoked')),
  created_at text not null,
  activated_at text,
  expires_at text,
  quarantined_at text,
  compromised_at text,
  revoked_at text,
  proved_live_at text,
  proved_dead_at text,
  row_version integer not null default 1,
  constraint keys_slug_version_once unique (slug, version),
  constraint keys_revoked_has_time check ((state = 'revoked') = (revoked_at is not null)),
  constraint keys_dead_after_end check (proved_dead_at is null or state in ('revoked', 'expired'))
) strict;
create unique index keys_digest_once on keys (digest) where digest is not null;
create index keys_by_ref on keys (provider, external_ref);
create index keys_by_expiry on keys (expires_at) where state in ('active', 'retiring') and expires_at is not null;
create trigger keys_legal_transition before update of state on keys
when old.state <> new.state and (old.state || '>' || new.state) not in (
  'pending>active', 'pending>expired', 'pending>revoked',
  'active>retiring', 'active>suspended', 'active>expired', 'active>revoked',
  'retiring>suspended', 'retiring>expired', 'retiring>revoked',
  'suspended>active', 'suspended>expired', 'suspended>revoked', 'expired>revoked')
begin select raise(abort, 'keys: illegal transition of state'); end;
create trigger keys_expiry_not_edited before update of expires_at on keys
when old.state in ('expired', 'revoked') and old.expires_at is not new.expires_at
begin select raise(abort, 'keys: an expired key is never extended by editing'); end;

create table rotations (
  id text not null constraint rotations_pk primary key,
  key_id text not null constraint rotations_key_fk references keys (id),
  replacement_id text not null constraint rotations_replacement_fk references keys (id),
  run_id text,
  mode text not null,
  state text not null constraint rotations_state_known check (state in ('created', 'distributing', 'verifying', 'revoking', 'proving', 'completed', 'rolled_back')),
  created_at text not null,
  distributed_at text,
  verified_at text,
  revoked_at text,
  completed_at text
) strict;
create unique index rotations_one_open on rotations (key_id) where state not in ('completed', 'rolled_back');

create table runbook_texts (hash text not null constraint runbook_texts_pk primary key, id text not null, text text not null) strict;

create table incidents (
  id text not null constraint incidents_pk primary key,
  severity text not null,
  title text not null,
  key_id text constraint incidents_key_fk references keys (id),
  key_class text,
  channel text not null,
  opened_by text not null,
  started_at text not null,
  reported_at text not null,
  contained_at text,
  recovered_at text,
  closed_at text,
  open_points text not null
) strict;
create index incidents_open_by_key on incidents (key_id) where closed_at is null;

create table runs (
  id text not null constraint runs_pk primary key,
  incident_id text constraint runs_incident_fk references incidents (id),
  parent_run text constraint runs_parent_fk references runs (id),
  parent_step text,
  runbook_id text not null,
  runbook_hash text not null constraint runs_text_fk references runbook_texts (hash),
  inputs text not null,
  key_id text constraint runs_key_fk references keys (id),
  requested_by text not null,
  reason text not null,
  started_at text not null,
  finished_at text,
  outcome text,
  cancel_requested_at text,
  wake_at text,
  wake_seq integer not null default 0,
  lease_epoch integer not null default 0,
  lease_owner text,
  lease_until text,
  constraint runs_outcome_when_finished check ((finished_at is null) = (outcome is null))
) strict;
create unique index runs_one_open_per_key on runs (key_id) where key_id is not null and parent_run is null and finished_at is null;
create index runs_due on runs (wake_at) where finished_at is null and wake_at is not null;
create index runs_by_incident on runs (incident_id);

create table steps (
  run_id text not null constraint steps_run_fk references runs (id),
  step_id text not null,
  token text not null,
  generation integer not null,
  attempts integer not null,
  epoch integer not null,
  ordinal integer not null,
  state text not null constraint steps_state_known check (state in ('started', 'done', 'waiting', 'failed', 'skipped', 'in_doubt', 'undone')),
  started_at text not null,
  ended_at text,
  outputs text,
  waiting_kind text,
  waiting_id text,
  waiting_until text,
  answered integer not null default 0,
  note text,
  undo_error text,
  constraint steps_pk primary key (run_id, step_id)
) strict;
create index steps_waiting_for on steps (waiting_id) where state = 'waiting' and waiting_id is not null;

create table approvals (
  id text not null constraint approvals_pk primary key,
  run_id text not null constraint approvals_run_fk references runs (id),
  step_id text not null,
  incident_id text,
  question text not null,
  rule_name text not null,
  rule text not null,
  subject text not null,
  binding text not null,
  plan_hash text not null,
  requested_by text not null,
  asked text not null,
  token text not null constraint approvals_token_once unique,
  created_at text not null,
  expires_at text not null,
  outcome text constraint approvals_outcome_known check (outcome in ('approved', 'rejected', 'expired', 'cancelled', 'superseded')),
  decided_at text,
  constraint approvals_decided_has_time check ((outcome is null) = (decided_at is null))
) strict;
create unique index approvals_one_open_per_step on approvals (run_id, step_id) where outcome is null;
create index approvals_by_incident on approvals (incident_id);
-- An approval whose plan changed before it was spent becomes superseded; every other outcome is final.
create trigger approvals_outcome_once before update of outcome on approvals
when old.outcome is not null and not (old.outcome = 'approved' and new.outcome = 'superseded')
begin select raise(abort, 'approvals: already decided'); end;

create table votes (
  approval_id text not null constraint votes_approval_fk references approvals (id),
  person text not null,
  vote text not null constraint votes_vote_known check (vote in ('approve', 'deny')),
  reason text not null,
  at text not null,
  constraint votes_once_per_person primary key (approval_id, person)
) strict;

create table asks (
  id text not null constraint asks_pk primary key,
  run_id text not null constraint asks_run_fk references runs (id),
  step_id text not null,
  incident_id text,
  question text not null,
  assignee text not null,
  assigned text not null,
  evidence text not null,
  token text not null constraint asks_token_once unique,
  created_at text not null,
  due_at text,
  answer text
) strict;
create index asks_by_incident on asks (incident_id);
create trigger asks_answer_once before update of answer on asks when old.answer is not null
begin select raise(abort, 'asks: already answered'); end;

create table alerts (
  id text not null constraint alerts_pk primary key,
  incident_id text,
  source text not null,
  alert text not null,
  key_id text,
  count integer not null,
  window_minutes integer not null,
  details text not null,
  received_at text not null
) strict;
create index alerts_by_incident on alerts (incident_id);

create table secrets (
  id text not null constraint secrets_pk primary key,
  key_id text not null constraint secrets_key_fk references keys (id),
  purpose text not null,
  envelope text,
  created_at text not null,
  destroyed_at text,
  constraint secrets_gone_when_destroyed check ((destroyed_at is null) = (envelope is not null))
) strict;

create table notices (
  id text not null constraint notices_pk primary key,
  incident_id text,
  run_id text not null,
  recipient text not null,
  key_id text not null,
  template text not null,
  facts text not null,
  created_at text not null
) strict;
create index notices_by_incident on notices (incident_id);

create table evidence (
  id text not null constraint evidence_pk primary key,
  incident_id text,
  run_id text not null,
  step_id text not null,
  kind text not null,
  hash text not null,
  content text not null,
  captured_at text not null
) strict;
create index evidence_by_incident on evidence (incident_id);

create table reminders (
  key_id text not null constraint reminders_pk primary key constraint reminders_key_fk references keys (id),
  within_days text not null,
  channel text not null,
  owner text not null,
  set_at text not null,
  set_by text not null,
  tested text
) strict;

create table usage (
  key_id text not null,
  caller text not null,
  minute text not null,
  accepted integer not null,
  rejected integer not null,
  constraint usage_pk primary key (key_id, caller, minute)
) strict, without rowid;

create table summaries (
  incident_id text not null constraint summaries_pk primary key,
  run_id text not null,
  markdown text not null,
  json text not null,
  posted_at text not null
) strict;

create table messages (
  id text not null constraint messages_pk primary key,
  surface text not null,
  subject text not null,
  address text not null,
  thread_of text constraint messages_thread_fk references messages (id),
  channel text,
  ts text,
  created_at text not null,
  constraint messages_one_per_fact unique (surface, subject, address)
) strict;
create index messages_by_subject on messages (subject);

create table outbox (
  position integer primary key autoincrement,
  message_id text not null constraint outbox_message_once unique constraint outbox_message_fk references messages (id),
  version integer not null,
  sent_version integer not null,
  due_at text not null,
  attempts integer not null,
  sending integer not null,
  error text,
  gave_up_at text
) strict;
create index outbox_due on outbox (due_at) where version > sent_version and gave_up_at is null;

create table inbox (
  id text not null constraint inbox_pk primary key,
  kind text not null,
  payload text not null,
  received_at text not null,
  handled_at text
) strict;
create index inbox_unhandled on inbox (received_at) where handled_at is null;

create table dedupe (
  source text not null,
  id text not null,
  run_id text,
  incident_id text,
  at text not null,
  constraint dedupe_once primary key (source, id)
) strict, without rowid;

create table audit (
  seq integer not null constraint audit_pk primary key,
  at text not null,
  actor text not null,
  channel text not null,
  action text not null,
  subject text not null,
  incident_id text,
  run_id text,
  step_id text,
  plan_hash text,
  details text not null,
  prev_hash text not null,
  hash text not null
) strict;
create index audit_by_incident on audit (incident_id, seq);
create index audit_by_subject on audit (subject, seq);
create trigger audit_no_update before update on audit begin select raise(abort, 'audit: append-only'); end;
create trigger audit_no_delete before delete on audit begin select raise(abort, 'audit: append-only'); end;

create table audit_head (
  id integer not null constraint audit_head_pk primary key constraint audit_head_single check (id = 1),
  seq integer not null,
  hash text not null
) strict;
insert into audit_head (id, seq, hash) values (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');
`;
