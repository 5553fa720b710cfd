/** What has to happen after an incident until it is done; its retrospective; versions of its summary; and the reviews of every period. */
export const followUps = /* sql */ `
create table follow_ups (
  id text not null constraint follow_ups_pk primary key,
  incident_id text not null constraint follow_ups_incident_fk references incidents (id),
  what text not null,
  owner text not null,
  due_at text not null,
  rule text,
  added_by text not null,
  added_at text not null,
  since_at text not null,
  ended_how text constraint follow_ups_end_known check (ended_how in ('done', 'dropped')),
  ended_by text,
  ended_at text,
  ended_note text,
  constraint follow_ups_one_per_rule unique (incident_id, rule),
  constraint follow_ups_end_whole check ((ended_how is null) = (ended_by is null) and (ended_how is null) = (ended_at is null))
) strict;
create index follow_ups_open on follow_ups (due_at) where ended_how is null;
create trigger follow_ups_end_final before update on follow_ups when old.ended_how is not null
begin select raise(abort, 'follow_ups: this one is over'); end;

create table nags (
  id text not null constraint nags_pk primary key,
  person text not null,
  day text not null,
  at text not null,
  constraint nags_once_a_day unique (person, day)
) strict;

create table nag_items (
  nag_id text not null constraint nag_items_nag_fk references nags (id),
  person text not null,
  subject text not null,
  since_at text not null,
  nth integer not null,
  escalated integer not null,
  constraint nag_items_never_twice primary key (subject, since_at, person, nth)
) strict;
create index nag_items_by_nag on nag_items (nag_id);

create table retrospectives (
  incident_id text not null constraint retrospectives_pk primary key constraint retrospectives_incident_fk references incidents (id),
  due_at text not null,
  people text not null,
  published_words text,
  published_by text,
  published_at text
) strict;
create index retrospectives_open on retrospectives (due_at) where published_at is null;
create trigger retrospectives_published_once before update on retrospectives when old.published_at is not null
begin select raise(abort, 'retrospectives: it is published'); end;

create table summary_versions (
  incident_id text not null,
  version integer not null,
  posted integer not null,
  run_id text,
  hash text,
  markdown text not null,
  json text not null,
  drawn_at text not null,
  constraint summary_versions_pk primary key (incident_id, version)
) strict;
-- Looked at every few minutes, and the texts of a version are long.
create index summary_versions_drawn on summary_versions (drawn_at, incident_id);
-- As the audit tells it when it is played again: one version for each time that it was posted. Of the earlier ones the text is gone.
insert into summary_versions (incident_id, version, posted, run_id, hash, markdown, json, drawn_at)
  select s.incident_id, row_number() over posts, 1, a.run_id, null,
    case when a.seq = last_value(a.seq) over (posts rows between unbounded preceding and unbounded following) then s.markdown else '' end,
    case when a.seq = last_value(a.seq) over (posts rows between unbounded preceding and unbounded following) then s.json else '' end,
    a.at
  from audit as a join summaries as s on a.subject = 'incident:' || s.incident_id
  where a.action = 'summary_posted'
  window posts as (partition by s.incident_id order by a.seq);
drop table summaries;

create table reviews (
  id text not null constraint reviews_pk primary key,
  kind text not null constraint reviews_kind_known check (kind in ('weekly', 'monthly', 'quarterly')),
  from_at text not null,
  to_at text not null,
  opened_at text not null,
  channel text,
  items text not null,
  left_over text,
  nagged_at text,
  finished_at text
) strict;
create index reviews_by_kind on reviews (kind, opened_at);
create index reviews_open on reviews (opened_at) where finished_at is null;

create table review_ticks (
  review_id text not null constraint review_ticks_review_fk references reviews (id),
  item text not null,
  by_person text not null,
  at text not null,
  note text not null,
  constraint review_ticks_once primary key (review_id, item)
) strict;
`;
