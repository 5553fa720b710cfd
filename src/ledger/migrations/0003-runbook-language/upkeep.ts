/** Runs that begin at a time, and what people said last of an incident. */
export const upkeep = /* sql */ `
create table scheduled_runs (
  id text not null constraint scheduled_runs_pk primary key,
  runbook text not null,
  inputs text not null,
  key_id text constraint scheduled_runs_key_fk references keys (id),
  incident_id text,
  requested_by text not null,
  reason text not null,
  planned_by_run text not null,
  planned_by_step text not null,
  planned_at text not null,
  begins_at text not null,
  latest_at text,
  outcome text constraint scheduled_runs_outcome check (outcome in ('started', 'missed', 'cancelled')),
  run_id text,
  ended_at text,
  why text,
  constraint scheduled_runs_window check (latest_at is null or latest_at >= begins_at),
  constraint scheduled_runs_end_has_time check ((outcome is null) = (ended_at is null)),
  constraint scheduled_runs_started_has_run check ((outcome is 'started') = (run_id is not null))
) strict;
create index scheduled_runs_due on scheduled_runs (begins_at, id) where outcome is null;
create index scheduled_runs_by_key on scheduled_runs (key_id) where outcome is null and key_id is not null;
create index scheduled_runs_ended on scheduled_runs (ended_at) where ended_at is not null;
create trigger scheduled_runs_end_once before update on scheduled_runs when old.outcome is not null
begin select raise(abort, 'scheduled_runs: begun or over already'); end;

create table situations (
  incident_id text not null constraint situations_pk primary key constraint situations_incident_fk references incidents (id),
  conditions text,
  actions text,
  needs text,
  note text,
  reported_at text not null,
  reported_by text not null
) strict;
`;
