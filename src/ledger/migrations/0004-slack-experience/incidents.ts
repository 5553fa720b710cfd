/** Roles, notes, waivers, status posts and channels of incidents. */
export const incidents = /* sql */ `
create table incident_rooms (
  incident_id text not null constraint incident_rooms_pk primary key
    constraint incident_rooms_incident_fk references incidents (id),
  name text not null,
  channel text constraint incident_rooms_channel unique,
  private integer not null constraint incident_rooms_private check (private in (0, 1)),
  state text not null constraint incident_rooms_state check (state in ('wanted', 'made', 'refused', 'lost')),
  why text,
  wanted_at text not null,
  constraint incident_rooms_made check (state <> 'made' or channel is not null)
) strict;

create table room_work (
  incident_id text not null constraint room_work_room_fk references incident_rooms (incident_id),
  task text not null constraint room_work_task check (task in ('create', 'members', 'topic', 'bookmarks')),
  version integer not null,
  done_version integer not null,
  done text not null,
  due_at text not null,
  tries integer not null,
  error text,
  gave_up_at text,
  constraint room_work_pk primary key (incident_id, task)
) strict;
create index room_work_due on room_work (due_at) where version > done_version and gave_up_at is null;

create table incident_roles (
  incident_id text not null constraint incident_roles_incident_fk references incidents (id),
  number integer not null,
  role text not null,
  person text not null,
  given_at text not null,
  given_by text not null,
  reason text not null,
  ended_at text,
  constraint incident_roles_pk primary key (incident_id, number)
) strict;
create unique index incident_roles_one_each on incident_roles (incident_id, role) where ended_at is null;

create table incident_notes (
  id text not null,
  version integer not null,
  incident_id text not null constraint incident_notes_incident_fk references incidents (id),
  words text not null,
  said_by text,
  added_by text not null,
  source_channel text,
  source_ts text,
  altered_by text,
  happened_at text not null,
  reported_at text not null,
  recorded_at text not null,
  constraint incident_notes_pk primary key (id, version)
) strict;
create index incident_notes_by_incident on incident_notes (incident_id);
create index incident_notes_by_source on incident_notes (source_channel, source_ts) where source_ts is not null;

create table incident_waivers (
  incident_id text not null constraint incident_waivers_incident_fk references incidents (id),
  number integer not null,
  point text not null,
  reason text not null,
  waived_by text not null,
  waived_at text not null,
  ended_at text,
  constraint incident_waivers_pk primary key (incident_id, number)
) strict;
create unique index incident_waivers_one_each on incident_waivers (incident_id, point) where ended_at is null;

create table incident_statuses (
  incident_id text not null constraint incident_statuses_incident_fk references incidents (id),
  number integer not null,
  conditions text,
  actions text,
  needs text,
  posted_by text not null,
  posted_at text not null,
  constraint incident_statuses_pk primary key (incident_id, number)
) strict;

create table incident_update_reminders (
  incident_id text not null constraint incident_update_reminders_incident_fk references incidents (id),
  number integer not null,
  person text not null,
  asked_at text not null,
  constraint incident_update_reminders_pk primary key (incident_id, number)
) strict;

alter table incidents add column reopened_at text;
alter table messages add column room_of text constraint messages_room_fk references incident_rooms (incident_id);
create index incidents_open on incidents (reported_at) where closed_at is null;
`;
