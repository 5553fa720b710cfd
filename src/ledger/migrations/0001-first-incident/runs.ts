export const runs = /* sql */ `
create table runbook_texts (hash text not null constraint runbook_texts_pk primary key, id text not null, text text not null) strict;

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
  resumes text,
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
when old.outcome is not null and (old.outcome <> 'approved' or new.outcome is not 'superseded')
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
`;
