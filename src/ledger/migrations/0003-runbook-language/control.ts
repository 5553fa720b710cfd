/** Pausing, doing again, taking back by rows, and who settled a doubt. First of its migration: the others may add columns to its `steps`. */
export const control = /* sql */ `
alter table runs add column paused_at text;
alter table runs add column paused_by text;
alter table runs add column pause_reason text;
create index runs_newest on runs (started_at);
create index runs_open_newest on runs (started_at) where finished_at is null;
create index runs_by_parent on runs (parent_run, started_at) where parent_run is not null;
create trigger runs_outcome_reopened before update of outcome on runs
when old.outcome is not null and (new.outcome is not null or old.outcome <> 'failed')
begin select raise(abort, 'runs: only a failed run is opened again'); end;

create table steps_new (
  run_id text not null constraint steps_run_fk references runs (id),
  step_id text not null,
  token text not null,
  generation integer not null,
  attempts integer not null,
  epoch integer not null,
  ordinal integer not null,
  state text not null constraint steps_state_known check (state in ('started', 'done', 'waiting', 'failed', 'skipped', 'in_doubt', 'undone', 'reset')),
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
  input text,
  undoing text,
  constraint steps_pk primary key (run_id, step_id)
) strict;
insert into steps_new
  select run_id, step_id, token, generation, attempts, epoch, ordinal, state, started_at, ended_at, outputs, waiting_kind, waiting_id,
    waiting_until, resumes, answered, note, undo_error, null, null from steps;
drop table steps;
alter table steps_new rename to steps;
create index steps_waiting_for on steps (waiting_id) where state = 'waiting' and waiting_id is not null;
create trigger steps_generation_forward before update of generation on steps when new.generation < old.generation
begin select raise(abort, 'steps: an older generation'); end;

create table settlements (
  run_id text not null constraint settlements_run_fk references runs (id),
  step_id text not null,
  token text not null,
  attempts integer not null,
  happened integer not null,
  reason text not null,
  settled_by text not null,
  at text not null,
  constraint settlements_once_per_doubt primary key (run_id, step_id, token, attempts)
) strict;
`;
