export const incidents = /* sql */ `
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

create table summaries (
  incident_id text not null constraint summaries_pk primary key,
  run_id text not null,
  markdown text not null,
  json text not null,
  posted_at text not null
) strict;
`;
