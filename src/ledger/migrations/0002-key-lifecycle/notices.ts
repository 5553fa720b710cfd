export const notices = /* sql */ `
create table notices_new (
  id text not null constraint notices_pk primary key,
  incident_id text,
  run_id text,
  recipient text not null,
  key_id text not null,
  template text not null,
  facts text not null,
  created_at text not null
) strict;
insert into notices_new select id, incident_id, run_id, recipient, key_id, template, facts, created_at from notices;
drop table notices;
alter table notices_new rename to notices;
create index notices_by_incident on notices (incident_id);
create index notices_by_key on notices (key_id, created_at);

create table alarms (
  id text not null constraint alarms_pk primary key,
  kind text not null,
  key_id text,
  sentence text not null,
  raised_at text not null
) strict;
create index alarms_by_time on alarms (raised_at);
create index alarms_by_key on alarms (key_id, kind, raised_at);

create index secrets_by_key on secrets (key_id);
create index secrets_sealed on secrets (id) where envelope is not null;
create index usage_by_minute on usage (minute);
create index dedupe_by_time on dedupe (at);
create index inbox_handled on inbox (handled_at) where handled_at is not null;
`;
